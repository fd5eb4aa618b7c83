package plan

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// withFeatures makes angles of c depend on features, alone or with weights.
func withFeatures(rng *rand.Rand, c *circuits.Circuit) {
	for i := range c.Ops {
		for k, a := range c.Ops[i].Angles {
			if _, constant := a.Const(); constant {
				continue
			}
			x := circuits.Feature(rng.IntN(3))
			switch rng.IntN(4) {
			case 0:
				c.Ops[i].Angles[k] = x.Scale(rng.NormFloat64())
			case 1:
				c.Ops[i].Angles[k] = a.Times(x).Plus(a)
			}
		}
	}
}

// Each sample of a group ends in its own state, with its own expectation values.
func TestBatch(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := 1 + rng.IntN(7)
		c, weights := random(rng, n, rng.IntN(60))
		withFeatures(rng, c)
		m := []*kernel.Machine{kernel.Generic(2, 4, false), kernel.Generic(1, 3, false), kernel.NewMachine(false)}[rng.IntN(3)]
		observables := make([]Diagonal, 1+rng.IntN(3))
		for i := range observables {
			observables[i] = make(Diagonal, rng.IntN(3))
			for k := range observables[i] {
				observables[i][k].Coef, observables[i][k].Z = rng.NormFloat64(), rng.Uint64N(1<<n)
			}
		}
		samples := make([][]float64, 1<<m.Lanes)
		for i := range samples {
			samples[i] = []float64{rng.NormFloat64(), rng.NormFloat64(), 9 * rng.NormFloat64()}
		}
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			p, err := NewBatch(c, m, observables)
			if err != nil {
				t.Fatal(err)
			}
			b, g := p.NewBound(), p.NewGroup()
			if err := p.Bind(b, weights, nil); err != nil {
				t.Fatal(err)
			}
			a, e := make([]complex128, 1<<p.Bits), make([]float64, len(samples)*len(observables))
			for range 2 { // the second time over what the first has left
				clear(a)
				for l := range samples {
					a[l] = 1
				}
				if err := p.Load(g, weights, samples); err != nil {
					t.Fatal(err)
				}
				p.Expect(b, g, a, e)
			}
			for l, x := range samples {
				want := naive(c, weights, x)
				overlap := complex128(0)
				expect := make([]float64, len(observables))
				for i, v := range want {
					at := p.Flipped
					for q, bit := range p.Location {
						at ^= uint64(i>>q&1) << bit
					}
					overlap += cmplx.Conj(v) * a[at|uint64(l)]
					for k, o := range observables {
						for _, term := range o {
							sign := float64(1 - 2*(bits.OnesCount64(uint64(i)&term.Z)&1))
							expect[k] += sign * term.Coef * (real(v)*real(v) + imag(v)*imag(v))
						}
					}
				}
				if d := math.Abs(cmplx.Abs(overlap) - 1); !(d < 1e-12) {
					t.Fatalf("n=%d: sample %d: overlap with the right state off by %g", n, l, d)
				}
				for k, v := range expect {
					if d := math.Abs(e[l*len(observables)+k] - v); !(d < 1e-12) {
						t.Fatalf("n=%d: sample %d: observable %d is off by %g", n, l, k, d)
					}
				}
			}
		})
	}
}

func TestLoadRefusesInfinity(t *testing.T) {
	c := circuits.New(2).RX(circuits.Feature(0), 0).RZ(circuits.Feature(0).Times(circuits.Weight(0)), 1)
	p, err := NewBatch(c, kernel.NewMachine(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := p.NewGroup()
	for _, bad := range [][2]float64{{math.NaN(), 1}, {math.Inf(-1), 1}, {1, math.NaN()}, {1e300, 1e300}} {
		if err := p.Load(g, bad[:1], [][]float64{{0}, bad[1:]}); !errors.Is(err, ErrNotFinite) {
			t.Errorf("weight %v, feature %v: %v, want %v", bad[0], bad[1], err, ErrNotFinite)
		}
	}
	if err := p.Load(g, []float64{1}, [][]float64{{0}, {2}}); err != nil {
		t.Error(err)
	}
}
