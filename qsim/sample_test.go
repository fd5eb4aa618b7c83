package qsim_test

import (
	"errors"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// More shots than are drawn in one block (2^20), of a state that is so large that they are
// drawn one by one: every shot counts once, and the counts of |+⟩ are within six standard
// deviations of one half.
func TestSampleInBlocks(t *testing.T) {
	c := circuits.New(19).H(0).Measure(0, 0)
	for q := 1; q < c.Qubits; q++ {
		c.X(q)
	}
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const shots = 2<<20 + 12345
	counts, err := p.Sample(t.Context(), nil, nil, shots, 5)
	if err != nil {
		t.Fatal(err)
	}
	zeros, ones := counts.Outcomes[0], counts.Outcomes[1]
	if zeros+ones != shots {
		t.Errorf("%d outcomes of %d shots", zeros+ones, shots)
	}
	if d := float64(zeros - ones); d*d > 36*shots {
		t.Errorf("%d zeros and %d ones", zeros, ones)
	}
}

// TestSampleWideLimit: outcomes whose texts would fill the memory are refused.
func TestSampleWideLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	c := circuits.New(12)
	for q := range 12 {
		c.H(q).Measure(q, q)
	}
	for _, middle := range []bool{false, true} {
		if middle {
			c.Measure(0, 20)
		}
		c.Measure(0, 999_999)
		p, err := qsim.Compile(c, qsim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Sample(t.Context(), nil, nil, 3000, 1); !errors.Is(err, qsim.ErrShape) {
			t.Errorf("error %v, want ErrShape", err)
		}
		if counts, err := p.Sample(t.Context(), nil, nil, 10, 1); err != nil || counts.Len() < 8 || counts.Len() > 10 {
			t.Errorf("%d outcomes, error %v", counts.Len(), err)
		}
	}
}
