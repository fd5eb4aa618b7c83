package plan

import (
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// The passes of a plan cost no more than the first greedy choice, and are the same every
// time.
func TestSearch(t *testing.T) {
	m := kernel.Generic(2, 4, false)
	better := 0
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 4))
		n := RowBits + rng.IntN(12)
		c, _ := random(rng, n, 300)
		p, err := New(c, m, Sizes{})
		if err != nil {
			t.Fatal(err)
		}
		first, err := New(c, m, sizes(n))
		if err != nil {
			t.Fatal(err)
		}
		if p.cycles() > first.cycles() {
			t.Errorf("n=%d: cost %g, the first choice %g", n, p.cycles(), first.cycles())
		}
		if p.cycles() < first.cycles() {
			better++
		}
		if again, err := New(c, m, Sizes{}); err != nil || again.Explain() != p.Explain() {
			t.Errorf("n=%d: another plan for the same circuit (%v)", n, err)
		}
	}
	if better == 0 {
		t.Error("no choice is better than the first")
	}
}
