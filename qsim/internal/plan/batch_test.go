package plan

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
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
		observables := randomObservables(rng, n)
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
				for l := range samples {
					a[l] = 1
				}
				if err := p.Load(g, weights, samples); err != nil {
					t.Fatal(err)
				}
				Expect(p, b, g, a, e)
			}
			for k, o := range p.Others() {
				for _, term := range o {
					expect := make([]float64, len(samples))
					kernel.ExpectLanes(expect, a, kernel.Lanes{Row: len(a)}, 1<<n, term.Pauli, term.Coef)
					for l, v := range expect {
						e[l*len(observables)+k] += v
					}
				}
			}
			for l, x := range samples {
				want := naive(c, weights, x)
				for k, o := range observables {
					v := 0.0
					for _, term := range o {
						v += term.Coef * kernel.Expect(want, term.Pauli, 0, len(want))
					}
					if d := math.Abs(e[l*len(observables)+k] - v); !(d < 1e-12) {
						t.Fatalf("n=%d: sample %d: observable %d is off by %g", n, l, k, d)
					}
				}
			}
		})
	}
}

// randomObservables are up to three, with terms diagonal or not.
func randomObservables(rng *rand.Rand, n int) []Observable {
	out := make([]Observable, 1+rng.IntN(3))
	for i := range out {
		for range rng.IntN(3) {
			t := Term{Coef: rng.NormFloat64(), Pauli: kernel.Pauli{Z: rng.IntN(1 << n), Phase: 1}}
			if rng.IntN(2) == 0 {
				t.X = rng.IntN(1 << n)
			}
			for range bits.OnesCount(uint(t.X & t.Z)) {
				t.Phase *= 1i
			}
			out[i] = append(out[i], t)
		}
	}
	return out
}

// What commutes with the observables does not run.
func TestAbsorb(t *testing.T) {
	for name, test := range map[string]struct {
		c    *circuits.Circuit
		o    Observable
		left int
		want Observable
	}{
		"phases, NOTs and what is outside of the light cone": {
			circuits.New(3).H(0).CX(0, 1).CX(1, 2).RZ(circuits.Weight(0), 0).RY(circuits.Weight(1), 2),
			Observable{{1, kernel.Pauli{Z: 2, Phase: 1}}},
			1, // the rotation of H
			Observable{{1, kernel.Pauli{Z: 3, Phase: 1}}},
		},
		"X sees phases": {
			circuits.New(2).RY(circuits.Weight(1), 0).RZ(circuits.Weight(0), 0).CX(0, 1),
			Observable{{1, kernel.Pauli{X: 1, Phase: 1}}},
			2,
			Observable{{1, kernel.Pauli{X: 3, Phase: 1}}},
		},
		"Y does not see RY": {
			circuits.New(1).RX(circuits.Weight(0), 0).RY(circuits.Weight(1), 0),
			Observable{{1, kernel.Pauli{X: 1, Z: 1, Phase: 1i}}},
			2, // a rotation and a phase
			Observable{{1, kernel.Pauli{X: 1, Z: 1, Phase: 1i}}},
		},
		"no observables": {circuits.New(2).H(0).CX(0, 1), nil, 0, nil},
	} {
		l, err := lower(test.c, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Clone(test.o)
		l.absorb([]Observable{got})
		if len(l.ops) != test.left || !slices.Equal(got, test.want) {
			t.Errorf("%s: %d operations left, %v; want %d, %v", name, len(l.ops), got, test.left, test.want)
		}
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
