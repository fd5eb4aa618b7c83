package memory

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

func TestAmplitudes(t *testing.T) {
	tests := []struct {
		n, vectors int
		want       uint64
	}{
		{0, 1, 16},
		{10, 1, 16384},
		{30, 2, 34359738368},
		{59, 1, 1 << 63},
		{60, 1, math.MaxUint64},
		{59, 2, math.MaxUint64},
		{1000, 1, math.MaxUint64},
		{-1, 1, math.MaxUint64},
	}
	for _, tt := range tests {
		if got := Amplitudes(tt.n, tt.vectors, 16); got != tt.want {
			t.Errorf("Amplitudes(%d, %d) = %d, want %d", tt.n, tt.vectors, got, tt.want)
		}
	}
}

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
