package cli

import (
	"context"
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
