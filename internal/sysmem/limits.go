package sysmem

import (
	"io/fs"
	"iter"
	"math"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// limits reads what bounds the memory of this process from the files of a Linux system. Each
// of its methods returns the bytes that the process may still take by one kind of limit,
// [math.MaxUint64] where there is none.
type limits struct {
	files fs.FS  // the system's root
	page  uint64 // bytes of a page of memory
}

// meminfo is the line MemAvailable of /proc/meminfo.
func (l limits) meminfo() uint64 {
	if kib, ok := l.field("proc/meminfo", "MemAvailable:"); ok && kib < math.MaxUint64/1024 {
		return kib * 1024
	}
	return math.MaxUint64
}

// hierarchy says how control groups of one version are kept.
type hierarchy struct {
	line                 func(controllers string) bool // of /proc/self/cgroup that names the group
	kind, option         string                        // of the file system, and the option it is mounted with
	mount                string                        // where it usually is
	limit, usage, unused string                        // files, and the line of memory.stat with what can be dropped
}

func hierarchies() []hierarchy {
	return []hierarchy{
		{
			func(controllers string) bool { return controllers == "" }, "cgroup2", "", "sys/fs/cgroup",
			"memory.max", "memory.current", "inactive_file",
		},
		{
			func(controllers string) bool { return slices.Contains(strings.Split(controllers, ","), "memory") }, "cgroup", "memory",
			"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
		},
	}
}

// groups is the least that the control groups of the process leave, from its own up to the
// root: the limit of each holds for all below it.
func (l limits) groups() uint64 {
	free := uint64(math.MaxUint64)
	for _, h := range hierarchies() {
		root, inside := l.mounted(h)
		for dir := path.Clean("/" + strings.TrimPrefix(l.own(h), inside)); ; dir = path.Dir(dir) {
			free = min(free, l.group(h, path.Join(root, dir)))
			if dir == "/" {
				break
			}
		}
	}
	return free
}

// own is the control group of the process, from the root of the hierarchy.
func (l limits) own(h hierarchy) string {
	for line := range l.lines("proc/self/cgroup") {
		if part := strings.SplitN(line, ":", 3); len(part) == 3 && h.line(part[1]) {
			return part[2]
		}
	}
	return "/"
}

// mounted is where the hierarchy is mounted, and which of its groups is the root there.
func (l limits) mounted(h hierarchy) (root, inside string) {
	for line := range l.lines("proc/self/mountinfo") {
		// id, parent, device, root, mount point, options, …, "-", type, source, options
		before, after, _ := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if len(place) < 5 || len(kind) < 3 || kind[0] != h.kind {
			continue
		}
		if h.option == "" || slices.Contains(strings.Split(kind[2], ","), h.option) {
			return strings.TrimPrefix(place[4], "/"), strings.TrimSuffix(place[3], "/")
		}
	}
	return h.mount, ""
}

// group is what the group in a folder leaves: its limit less what it uses and cannot drop.
func (l limits) group(h hierarchy, dir string) uint64 {
	limit, ok := l.number(path.Join(dir, h.limit))
	if !ok {
		return math.MaxUint64
	}
	used, _ := l.number(path.Join(dir, h.usage))
	unused, _ := l.field(path.Join(dir, "memory.stat"), h.unused+" ")
	return subtract(limit, subtract(used, unused))
}

// spare is what a process takes beside its states: the heap grows by 64 MiB at a time.
const spare = 128 << 20

// resources is what the resource limits on the address space (ulimit -v) and on data
// (ulimit -d) leave. What the heap holds and does not use it uses first.
func (l limits) resources() uint64 {
	space, bounded := l.field("proc/self/limits", "Max address space")
	data, boundedData := l.field("proc/self/limits", "Max data size")
	if !bounded && !boundedData {
		return math.MaxUint64
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, _ := fs.ReadFile(l.files, "proc/self/statm")
	pages := append(strings.Fields(string(text)), make([]string, 6)...)
	free := uint64(math.MaxUint64)
	if bounded {
		free = subtract(space, l.bytes(pages[0]))
	}
	if boundedData {
		free = min(free, subtract(data, l.bytes(pages[5])))
	}
	return subtract(free+m.HeapIdle, spare)
}

// bytes is the size of a number of pages.
func (l limits) bytes(pages string) uint64 {
	n, _ := strconv.ParseUint(pages, 10, 64)
	return n * l.page
}

// field is the number after the beginning of a line.
func (l limits) field(file, start string) (uint64, bool) {
	for line := range l.lines(file) {
		if rest, ok := strings.CutPrefix(line, start); ok {
			return parse(rest)
		}
	}
	return 0, false
}

// number is that which a file consists of.
func (l limits) number(file string) (uint64, bool) {
	text, err := fs.ReadFile(l.files, file)
	if err != nil {
		return 0, false
	}
	return parse(string(text))
}

func (l limits) lines(file string) iter.Seq[string] {
	text, _ := fs.ReadFile(l.files, file) // a file that is not there has no lines
	return strings.SplitSeq(string(text), "\n")
}

// parse is the first word of text as a number; "max" and "unlimited" are none.
func parse(text string) (uint64, bool) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return 0, false
	}
	v, err := strconv.ParseUint(words[0], 10, 64)
	return v, err == nil
}

func subtract(a, b uint64) uint64 {
	if b > a {
		return 0
	}
	return a - b
}
