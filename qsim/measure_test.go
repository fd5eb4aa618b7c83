package qsim

import (
	"fmt"
	"math"
	"math/bits"
	"math/cmplx"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// someState has random amplitudes, zeros among them, and is not normalised.
func someState(p Precision, n int, seed uint64) *State {
	s := p.newState(newRegister(n, nil))
	s.amplitudes.set(0, 0)
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	for x := range 1 << n {
		if rng.IntN(3) > 0 {
			s.amplitudes.set(x, complex(rng.NormFloat64(), rng.NormFloat64()))
		}
	}
	return s
}

// TestDraw: every number chooses the amplitude at which the running sum of |aₓ|² first
// exceeds it, to rounding, whatever the number of threads.
func TestDraw(t *testing.T) {
	for _, precision := range []Precision{Double, Single} {
		for _, n := range []int{0, 1, 5, 12, 13, 15} {
			v := someState(precision, n, 1).amplitudes
			below := make([]float64, v.len()+1)
			for x := range v.len() {
				a := v.at(x)
				below[x+1] = below[x] + real(a)*real(a) + imag(a)*imag(a)
			}
			total := below[v.len()]
			rng := rand.New(rand.NewPCG(2, 3))
			at := []float64{0, math.Nextafter(1, 0)}
			for range 3000 {
				at = append(at, rng.Float64())
			}
			var first []uint64
			for _, threads := range []int{1, 2, 3} {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
				dst := make([]uint64, len(at))
				v.draw(dst, at, threads > 1)
				for i, x := range dst {
					if at[i]*total < below[x]-1e-9*total || at[i]*total > below[x+1]+1e-9*total {
						t.Fatalf("%d qubits: %v of %v drew %d, which has %v to %v", n, at[i]*total, total, x, below[x], below[x+1])
					}
					if total > 0 && v.at(int(x)) == 0 {
						t.Fatalf("%d qubits: %v drew %d, which is impossible", n, at[i], x)
					}
				}
				if first == nil {
					first = dst
				}
				if !slices.Equal(dst, first) {
					t.Errorf("%d qubits: %d threads draw something else", n, threads)
				}
			}
		}
	}
}

func TestMarginal(t *testing.T) {
	for _, precision := range []Precision{Double, Single} {
		for _, n := range []int{1, 4, 13, 15} {
			s := someState(precision, n, 4)
			rng := rand.New(rand.NewPCG(5, 6))
			for k := range min(n, 5) + 1 {
				qubits := rng.Perm(n)[:k]
				want, got := make([]float64, 1<<k), make([]float64, 1<<k)
				for x := range 1 << n {
					y, a := 0, s.amplitudes.at(x)
					for b, q := range qubits {
						y |= x >> q & 1 << b
					}
					want[y] += real(a)*real(a) + imag(a)*imag(a)
				}
				if err := s.Marginal(got, qubits...); err != nil {
					t.Fatal(err)
				}
				for y := range want {
					if !(math.Abs(got[y]-want[y]) <= 1e-12*(1+want[y])*float64(n)) {
						t.Errorf("%d qubits, of %v outcome %d: %v, want %v", n, qubits, y, got[y], want[y])
					}
				}
			}
		}
	}
	s := someState(Double, 3, 1)
	for _, qubits := range [][]int{{3}, {-1}, {1, 1}, {0, 1}} {
		if err := s.Marginal(make([]float64, 2), qubits...); err == nil {
			t.Errorf("qubits %v: no error", qubits)
		}
	}
}

// TestExpectations: many observables at once are what each is by itself, bit by bit.
func TestExpectations(t *testing.T) {
	for _, n := range []int{3, 12, 14} {
		v := someState(Double, n, 7).amplitudes
		rng := rand.New(rand.NewPCG(8, 9))
		var all []plan.Observable
		for range 5 {
			var o plan.Observable
			for range 3 {
				s := kernel.Pauli{X: rng.IntN(1 << n), Z: rng.IntN(1 << n)}
				s.Phase = [...]complex128{1, 1i, -1, -1i}[bits.OnesCount(uint(s.X&s.Z))%4]
				o = append(o, plan.Term{Coef: rng.NormFloat64(), Pauli: s})
			}
			all = append(all, o)
		}
		got := make([]float64, len(all))
		v.expectations(got, all, true)
		for k, o := range all {
			if want := expectation(v, o); got[k] != want {
				t.Errorf("%d qubits, observable %d: %v, by itself %v", n, k, got[k], want)
			}
		}
	}
}

// BenchmarkMeasure reads a state; the bytes are those of its amplitudes, once.
func BenchmarkMeasure(b *testing.B) {
	for _, n := range []int{16, 24} {
		s := someState(Double, n, 1)
		var field circuits.PauliSum
		for q := range n {
			field = append(field, circuits.PauliZ(q)...)
		}
		dst := make([]float64, 1<<4)
		all := make([]float64, 1<<n)
		for name, body := range map[string]func() error{
			"Expect/terms=1":      func() error { _, err := s.Expect(circuits.PauliZ(n - 1)); return err },
			"Expect/terms=n":      func() error { _, err := s.Expect(field); return err },
			"Sample/shots=1000":   func() error { s.Sample(1000, 1); return nil },
			"Marginal/qubits=4":   func() error { return s.Marginal(dst, n-1, n-2, 8, 9) },
			"Probabilities/all=n": func() error { return s.Probabilities(all) },
		} {
			b.Run(fmt.Sprintf("n=%d/%s", n, name), func(b *testing.B) {
				b.SetBytes(16 << n)
				b.ReportAllocs()
				for b.Loop() {
					if err := body(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestApply: a circuit applied after another is both in a row.
func TestApply(t *testing.T) {
	const n = 12
	first, second, both := circuits.New(n), circuits.New(n), circuits.New(n)
	for q := range n {
		for _, c := range []*circuits.Circuit{first, both} {
			c.RY(circuits.Const(0.3+float64(q)), q).CX(q, (q+5)%n)
		}
	}
	for q := range n {
		for _, c := range []*circuits.Circuit{second, both} {
			c.RX(circuits.Weight(0), q).CP(circuits.Const(0.7), q, (q+1)%n).SWAP(q, (q+2)%n).CX((q+7)%n, q)
		}
	}
	for _, precision := range []Precision{Double, Single} {
		tolerance := 1e-12
		if precision == Single {
			tolerance = 1e-5
		}
		var states [2]*State
		for i, programs := range [][]*circuits.Circuit{{first, second}, {both}} {
			s, err := precision.NewState(n)
			if err != nil {
				t.Fatal(err)
			}
			for k, c := range programs {
				p, err := Compile(c, Options{Precision: precision})
				if err != nil {
					t.Fatal(err)
				}
				run, weights := p.Run, []float64{0.9}[:p.Weights()]
				if k > 0 {
					run = p.Apply
				}
				if err := run(t.Context(), s, weights, nil); err != nil {
					t.Fatal(err)
				}
			}
			states[i] = s
		}
		want := states[1].Amplitudes()
		for x, a := range states[0].Amplitudes() {
			if d := cmplx.Abs(a - want[x]); !(d < tolerance) {
				t.Fatalf("%v, amplitude %d is off by %v", precision, x, d)
			}
		}
	}
}
