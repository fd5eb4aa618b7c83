package memory

import (
	"math"
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
