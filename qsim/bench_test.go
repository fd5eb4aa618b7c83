package qsim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{10, 16, 20} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			p := compile(b, layered(n, 2))
			rng := rand.New(rand.NewPCG(9, 0))
			weights, features := simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, n)
			state, err := qsim.NewState(n)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(layered(n, 2).Ops)) * 16 << n) // every gate reads the state once
			for b.Loop() {
				if err := p.Run(b.Context(), state, weights, features); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGradient(b *testing.B) {
	for _, n := range []int{4, 8, 12} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			const batch = 32
			p := compile(b, layered(n, 2), circuits.PauliZ(0), circuits.PauliZ(n-1))
			rng := rand.New(rand.NewPCG(10, 0))
			weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, batch, n)
			dw := make([]float64, p.Weights())
			b.ReportAllocs()
			b.SetBytes(batch * int64(len(layered(n, 2).Ops)) * 16 << n)
			for b.Loop() {
				if err := p.Gradient(b.Context(), qsim.Adjoint, dw, nil, weights, samples, square); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMethods differentiates one sample.
func BenchmarkMethods(b *testing.B) {
	for _, m := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift, qsim.FiniteDifference} {
		for _, n := range []int{4, 8, 11, 12, 16} {
			b.Run(fmt.Sprintf("method=%v/n=%d", m, n), func(b *testing.B) {
				p := compile(b, layered(n, 2), circuits.PauliZ(n-1))
				rng := rand.New(rand.NewPCG(10, 0))
				weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 1, n)
				dw := make([]float64, p.Weights())
				b.ReportAllocs()
				for b.Loop() {
					if err := p.Gradient(b.Context(), m, dw, nil, weights, samples, square); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// The backward pass over tiles against parameter shift, which runs gate by gate, on
// sizes with one tile and with several.
func TestPlannedGradient(t *testing.T) {
	for i, n := range []int{10, 11, 12, 14, 15} {
		rng := rand.New(rand.NewPCG(uint64(i), 9))
		c := layered(n, 1).Concat(simtest.Random(rng, n, 50, 4, 3))
		p := compile(t, c, simtest.RandomObservable(rng, n, 3), simtest.RandomObservable(rng, n, 2))
		weights, x := simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, p.Features())
		gradient := func(m qsim.Method) ([]float64, []float64) {
			dw, dx := make([]float64, p.Weights()), [][]float64{make([]float64, p.Features())}
			err := p.Gradient(t.Context(), m, dw, dx, weights, [][]float64{x}, func(_ int, e, c []float64) { c[0], c[1] = 0.7, e[1] })
			if err != nil {
				t.Fatal(err)
			}
			return dw, dx[0]
		}
		dw, dx := gradient(qsim.Adjoint)
		wantW, wantX := gradient(qsim.ParameterShift)
		for k, want := range append(wantW, wantX...) {
			if got := append(dw, dx...)[k]; !(math.Abs(got-want) < 1e-10) {
				t.Errorf("n=%d: derivative %d of %d+%d is %v, parameter shift %v", n, k, len(wantW), len(wantX), got, want)
			}
		}
	}
}

// More shifted circuits than have room side by side, and gates with several
// angles, give what the adjoint method gives.
func TestShiftInWaves(t *testing.T) {
	for n, layers := range map[int]int{2: 1, 9: 2, 13: 1, 15: 1, 17: 1} { // 9: more than fit side by side
		rng := rand.New(rand.NewPCG(uint64(n), 31))
		c, w := circuits.New(n), 0
		weight := func() circuits.Angle { w++; return circuits.Weight(w - 1) }
		for q := range layers * n {
			c.U(weight(), weight(), weight(), q%n).CRX(weight(), q%n, (q+1)%n)
		}
		p := compile(t, c, circuits.PauliZ(0), simtest.RandomObservable(rng, n, 2))
		weights := simtest.RandomVector(rng, p.Weights())
		want, got := make([]float64, w), make([]float64, w)
		for m, dw := range map[qsim.Method][]float64{qsim.Adjoint: want, qsim.ParameterShift: got} {
			if err := p.Gradient(t.Context(), m, dw, nil, weights, [][]float64{nil}, square); err != nil {
				t.Fatal(err)
			}
		}
		for j, v := range want {
			if d := math.Abs(got[j] - v); !(d < 1e-11) {
				t.Errorf("n=%d: derivative %d is off by %g", n, j, d)
			}
		}
	}
}
