package sysmem

import (
	"math"
	"os"
	"path/filepath"
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

func TestSources(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	info := write("meminfo", "MemTotal: 100 kB\nMemAvailable:   42 kB\n")
	limit, unlimited, usage := write("limit", "1000\n"), write("max", "max\n"), write("usage", "300\n")
	tests := []struct {
		name      string
		got, want uint64
	}{
		{"meminfo", meminfo(info), 42 * 1024},
		{"meminfo without the line", meminfo(limit), math.MaxUint64},
		{"meminfo absent", meminfo(filepath.Join(dir, "absent")), math.MaxUint64},
		{"group", group(limit, usage), 700},
		{"group without a limit", group(unlimited, usage), math.MaxUint64},
		{"group over its limit", group(usage, limit), 0},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, tt.got, tt.want)
		}
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
