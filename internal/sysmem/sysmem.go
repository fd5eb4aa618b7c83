// Package sysmem says how much memory the process may still take.
package sysmem

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
)

// addressable is what user space can address on a 64-bit machine, 128 TiB: Go
// refuses larger slices by a panic.
const addressable = 1 << 47

// Available is the number of bytes the process may still take: the least of the
// system's available memory, what its control group and those above it leave, what its
// resource limits on address space and data leave, and what GOMEMLIMIT leaves. Where none
// of them is known it is addressable.
func Available() uint64 {
	system := limits{files: os.DirFS("/"), page: uint64(os.Getpagesize())}
	free := min(addressable, system.meminfo(), system.groups(), system.resources())
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
