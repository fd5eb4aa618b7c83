package sysmem

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

func files(texts map[string]string) limits {
	out := fstest.MapFS{}
	for name, text := range texts {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return limits{files: out, page: 4096}
}

func TestMeminfo(t *testing.T) {
	for text, want := range map[string]uint64{
		"MemTotal: 100 kB\nMemAvailable:   42 kB\n": 42 * 1024,
		"MemTotal: 100 kB\n":                        math.MaxUint64,
	} {
		if got := files(map[string]string{"proc/meminfo": text}).meminfo(); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got := files(nil).meminfo(); got != math.MaxUint64 {
		t.Errorf("no file: %d", got)
	}
}

// The least of all groups from the process's own up to the root counts, and what a group
// keeps of files does not.
func TestControlGroups(t *testing.T) {
	const (
		v2 = "30 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
		v1 = "35 31 0:32 / /cg/memory rw,relatime - cgroup cgroup rw,memory\n36 31 0:33 / /cg/pids rw - cgroup cgroup rw,pids\n"
	)
	tests := map[string]struct {
		files map[string]string
		want  uint64
	}{
		"none": {nil, math.MaxUint64},
		"version 2, a child's limit": {map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/a/memory.max": "9000\n", "sys/fs/cgroup/a/memory.current": "300\n",
			"sys/fs/cgroup/a/b/memory.max": "1000\n", "sys/fs/cgroup/a/b/memory.current": "300\n",
		}, 700},
		"version 2, the limit of the group above": {map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/a/memory.max": "1200\n", "sys/fs/cgroup/a/memory.current": "1000\n",
			"sys/fs/cgroup/a/b/memory.max": "1000\n", "sys/fs/cgroup/a/b/memory.current": "300\n",
		}, 200},
		"version 2, no limit": {map[string]string{
			"proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/a/memory.max": "max\n", "sys/fs/cgroup/a/memory.current": "300\n",
		}, math.MaxUint64},
		"version 2, files that can be dropped": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "900\n",
			"sys/fs/cgroup/memory.stat": "anon 200\nfile 700\ninactive_file 600\n",
		}, 700},
		"version 1, a child's limit": {map[string]string{
			"proc/self/cgroup": "4:cpu,memory:/x/y\n0::/\n", "proc/self/mountinfo": v1,
			"cg/memory/memory.limit_in_bytes": "9223372036854771712\n", "cg/memory/memory.usage_in_bytes": "5\n",
			"cg/memory/x/y/memory.limit_in_bytes": "500\n", "cg/memory/x/y/memory.usage_in_bytes": "100\n",
			"cg/memory/x/y/memory.stat": "inactive_file 1\ntotal_inactive_file 40\n",
		}, 440},
		"version 1, over its limit": {map[string]string{
			"proc/self/cgroup": "4:memory:/x\n", "proc/self/mountinfo": v1,
			"cg/memory/x/memory.limit_in_bytes": "500\n", "cg/memory/x/memory.usage_in_bytes": "600\n",
		}, 0},
		"version 1, a part of the hierarchy is mounted": {map[string]string{
			"proc/self/cgroup":                "4:memory:/docker/c1/z\n",
			"proc/self/mountinfo":             "35 31 0:32 /docker/c1 /cg/memory rw - cgroup cgroup rw,memory\n",
			"cg/memory/memory.limit_in_bytes": "500\n", "cg/memory/memory.usage_in_bytes": "100\n",
			"cg/memory/z/memory.limit_in_bytes": "300\n", "cg/memory/z/memory.usage_in_bytes": "100\n",
		}, 200},
		"mounts unknown": {map[string]string{
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "300\n",
		}, 700},
		"a group that is not mounted": {map[string]string{
			"proc/self/cgroup": "0::/../../elsewhere\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "300\n",
		}, 700},
	}
	for name, tt := range tests {
		if got := files(tt.files).groups(); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// What the resource limits leave is less than limit − use, and more by no more than the heap
// that is idle.
func TestResourceLimits(t *testing.T) {
	const header = "Limit                     Soft Limit           Hard Limit           Units\n"
	statm := "1000 559 389 172 0 250 0\n" // pages
	space := header + "Max address space         17179869184          unlimited            bytes\n"
	data := header + "Max data size             8589934592           unlimited            bytes\n"
	none := header + "Max data size             unlimited            unlimited            bytes\nMax address space         unlimited            unlimited            bytes\n"
	for _, tt := range []struct {
		limits string
		want   uint64
	}{
		{space, 16<<30 - 1000*4096 - spare},
		{data, 8<<30 - 250*4096 - spare},
		{space + data, 8<<30 - 250*4096 - spare},
	} {
		got := files(map[string]string{"proc/self/limits": tt.limits, "proc/self/statm": statm}).resources()
		if got < tt.want || got > tt.want+1<<30 {
			t.Errorf("%q: %d, want %d and what the heap does not use", tt.limits, got, tt.want)
		}
	}
	if got := files(map[string]string{"proc/self/limits": none, "proc/self/statm": statm}).resources(); got != math.MaxUint64 {
		t.Errorf("unlimited: %d", got)
	}
	tiny := header + "Max address space         4096          unlimited            bytes\n"
	if got := files(map[string]string{"proc/self/limits": tiny, "proc/self/statm": statm}).resources(); got > 1<<30 {
		t.Errorf("nothing left: %d", got)
	}
}

// A process under ulimit -v finds less memory than it may address.
func TestAddressSpace(t *testing.T) {
	if os.Getenv("SYSMEM_CHILD") != "" {
		fmt.Println("available", Available())
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("no /proc")
	}
	const limit = 1_500_000 // KiB
	cmd := exec.Command("sh", "-c", fmt.Sprintf(`ulimit -v %d; exec "$0" -test.run=TestAddressSpace -test.v`, limit), os.Args[0])
	cmd.Env = append(os.Environ(), "SYSMEM_CHILD=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Skipf("this test does not start under a limit of its address space: %v", err) // with the race detector
	}
	_, after, found := strings.Cut(string(out), "available ")
	got, ok := parse(after)
	if !found || !ok || got >= limit*1024 || got == 0 {
		t.Errorf("%q under a limit of %d KiB", out, limit)
	}
}
