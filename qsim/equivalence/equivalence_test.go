package equivalence

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// TestBitProbabilities measures qubits out of order, among them one that no gate touches, into
// bits of which one stays unused.
func TestBitProbabilities(t *testing.T) {
	c := circuits.New(4)
	c.X(2).RY(circuits.Const(math.Pi/3), 0)
	c.Measure(2, 0).Measure(3, 1).Measure(0, 3)
	s, err := finalState(context.Background(), c, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"\x01\x00\x00\x00": 0.75, "\x01\x00\x00\x01": 0.25}
	if d := distance(bitProbabilities(c, s), want); !(d < 1e-12) {
		t.Errorf("%v, want %v", bitProbabilities(c, s), want)
	}
}

// TestCheck: circuits that do the same in other gates, on other qubits or but for a phase
// pass; those that differ in one angle, one bit or their placement do not.
func TestCheck(t *testing.T) {
	w := circuits.Weight(0)
	for _, tt := range []struct {
		name  string
		a, b  *circuits.Circuit
		final []int
		most  int
		told  bool
		same  bool
	}{
		{"phase", circuits.New(2).H(0).CZ(0, 1).RZ(w, 1), circuits.New(2).H(0).CZ(0, 1).P(w, 1), []int{0, 1}, 5, true, true},
		{"angle", circuits.New(1).RX(w, 0), circuits.New(1).RX(w.Scale(1.001), 0), []int{0}, 5, false, false},
		{"placed", circuits.New(2).RY(w, 0).H(1), circuits.New(4).RY(w, 3).H(1), []int{3, 1}, 5, true, true},
		{"placed wrongly", circuits.New(2).RY(w, 0), circuits.New(4).RY(w, 3), []int{1, 3}, 5, false, false},
		{"measured", circuits.New(2).RY(w, 0).Measure(0, 1), circuits.New(3).RY(w, 2).Z(2).Measure(2, 1), nil, 5, true, true},
		{"bit", circuits.New(2).RY(w, 0).Measure(0, 1), circuits.New(2).RY(w, 0).Measure(0, 0), nil, 5, false, false},
		{"too many", circuits.New(3).H(0).H(1).H(2), circuits.New(3).X(0), []int{0, 1, 2}, 2, false, true},
		{"no one state", circuits.New(1).H(0).Reset(0), circuits.New(1).H(0), []int{0}, 5, false, true},
	} {
		told, err := Check(t.Context(), tt.a, tt.b, tt.final, tt.most)
		if told != tt.told || errors.Is(err, ErrDiffers) == tt.same || tt.same && err != nil {
			t.Errorf("%s: %v, %v", tt.name, told, err)
		}
	}
}
