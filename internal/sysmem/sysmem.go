// Package sysmem says how much memory the process may still take.
package sysmem

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// addressable is what user space can address on a 64-bit machine, 128 TiB: Go
// refuses larger slices by a panic.
const addressable = 1 << 47

// Available is the number of bytes the process may still take: the least of the
// system's available memory, what the control group leaves, and what GOMEMLIMIT
// leaves. Where none of them is known it is addressable.
func Available() uint64 {
	free := min(addressable, meminfo("/proc/meminfo"), group("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
		group("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"))
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		free = min(free, subtract(uint64(limit), m.HeapInuse))
	}
	return free
}

// Room reports whether need bytes are free, and how many are. What is short may be
// garbage that is not collected yet, so it collects before it says no. Below 1 MiB
// it does not ask the system.
func Room(need uint64) (free uint64, ok bool) {
	if need < 1<<20 {
		return need, true
	}
	if free = Available(); need <= free {
		return free, true
	}
	runtime.GC()
	debug.FreeOSMemory() // the second collection drops what pools keep through the first
	free = Available()
	return free, need <= free
}

// Bytes writes a number of bytes in units of 1024, with three digits.
func Bytes(n uint64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n), 0
	for v >= 999.5 && unit < 6 {
		v, unit = v/1024, unit+1
	}
	return fmt.Sprintf("%.3g %ciB", v, "BKMGTPE"[unit])
}

// meminfo reads the MemAvailable line of a Linux /proc/meminfo.
func meminfo(path string) uint64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return math.MaxUint64
	}
	for line := range strings.Lines(string(data)) {
		rest, ok := strings.CutPrefix(line, "MemAvailable:")
		if !ok {
			continue
		}
		kib, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err == nil && kib < math.MaxUint64/1024 {
			return kib * 1024
		}
	}
	return math.MaxUint64
}

// group is limit − usage of a control group, read from two files.
func group(limitPath, usagePath string) uint64 {
	limit, ok := readUint(limitPath)
	if !ok {
		return math.MaxUint64
	}
	usage, ok := readUint(usagePath)
	if !ok {
		return limit
	}
	return subtract(limit, usage)
}

func readUint(path string) (uint64, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	v, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
	return v, err == nil
}

func subtract(a, b uint64) uint64 {
	if b > a {
		return 0
	}
	return a - b
}
