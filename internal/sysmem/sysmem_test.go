package sysmem

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestAvailableHonoursMemoryLimit(t *testing.T) {
	old := debug.SetMemoryLimit(1 << 30)
	defer debug.SetMemoryLimit(old)
	if got := Available(); got == 0 || got > 1<<30 {
		t.Errorf("Available() = %d under a limit of 1 GiB", got)
	}
}

func TestRoom(t *testing.T) {
	if _, ok := Room(math.MaxUint64); ok {
		t.Error("there is room for 2⁶⁴ bytes")
	}
	for _, need := range []uint64{0, 1 << 10, 1 << 22} {
		if free, ok := Room(need); !ok || free < need {
			t.Errorf("no room for %d bytes, of %d", need, free)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 1023: "1023 B", 1 << 20: "1 MiB", 3 << 29: "1.5 GiB", math.MaxUint64: "16 EiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
}
