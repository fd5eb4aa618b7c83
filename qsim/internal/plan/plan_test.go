package plan

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// naive runs c gate by gate.
func naive(c *circuits.Circuit, weights, features []float64) []complex128 {
	a := make([]complex128, 1<<c.Qubits)
	a[0] = 1
	for _, o := range c.Ops {
		if !o.Gate.Unitary() {
			continue
		}
		spec := o.Gate.Spec()
		m := o.Matrix
		controls, targets := o.Qubits[:max(spec.Controls, 0)], o.Qubits[max(spec.Controls, 0):]
		if m == nil {
			m = make([]complex128, 1<<(2*len(targets)))
			var v []float64
			for _, angle := range o.Angles {
				v = append(v, angle.Eval(weights, features))
			}
			spec.Matrix(m, v)
		}
		p := kernel.NewPlace[complex128](targets, controls)
		if len(targets) == 0 {
			kernel.Scale(a, &p, m[0], 0, p.Groups(len(a)))
		} else {
			kernel.Dense(a, &p, m, 0, p.Groups(len(a)))
		}
	}
	return a
}

// random is a circuit of gates of the whole table on n qubits.
func random(rng *rand.Rand, n, gates int) (*circuits.Circuit, []float64) {
	c := circuits.New(n)
	var weights []float64
	for len(c.Ops) < gates {
		g := circuits.Gates()[rng.IntN(int(circuits.GateBarrier))]
		o := circuits.Op{Gate: g}
		k := g.Spec().Qubits
		if g == circuits.GateUnitary {
			k = 1 + rng.IntN(3)
			o.Matrix = unitary(rng, 1<<min(k, n))
		}
		if k = min(k, n); g != circuits.GateUnitary && k < g.Spec().Qubits {
			continue
		}
		o.Qubits = rng.Perm(n)[:k]
		for range g.Spec().Params {
			if rng.IntN(3) == 0 {
				o.Angles = append(o.Angles, circuits.Const([]float64{0, math.Pi, -math.Pi, 3 * math.Pi, math.Pi / 2}[rng.IntN(5)]))
				continue
			}
			o.Angles = append(o.Angles, circuits.Weight(len(weights)))
			weights = append(weights, (rng.Float64()-.5)*8*math.Pi)
		}
		c.Ops = append(c.Ops, o)
	}
	return c, weights
}

// TestLowerKnowsEveryGate lowers each gate of the table; [random] circuits check what becomes
// of them.
func TestLowerKnowsEveryGate(t *testing.T) {
	for _, g := range circuits.Gates() {
		if !g.Unitary() {
			continue
		}
		o := circuits.Op{Gate: g, Angles: make([]circuits.Angle, len(g.Spec().Params))}
		for q := range g.Spec().Qubits {
			o.Qubits = append(o.Qubits, q)
		}
		if g == circuits.GateUnitary {
			o.Qubits, o.Matrix = []int{0}, []complex128{0, 1, 1, 0}
		}
		if _, err := lower(&circuits.Circuit{Qubits: 3, Ops: []circuits.Op{o}}, 0); err != nil {
			t.Errorf("%v: %v", g, err)
		}
	}
	l := &lowering{location: []int{0}}
	if err := l.gate(&circuits.Op{Gate: circuits.GateMeasure, Qubits: []int{0}}); !errors.Is(err, circuits.ErrBasis) {
		t.Errorf("measurement: %v, want ErrBasis", err)
	}
}

// unitary orthonormalises random rows.
func unitary(rng *rand.Rand, d int) []complex128 {
	m := make([]complex128, d*d)
	for r := range d {
		row := m[r*d:][:d]
		for i := range row {
			row[i] = complex(rng.NormFloat64(), rng.NormFloat64())
		}
		for k := range r {
			dot := complex128(0)
			for i, v := range m[k*d:][:d] {
				dot += cmplx.Conj(v) * row[i]
			}
			for i, v := range m[k*d:][:d] {
				row[i] -= dot * v
			}
		}
		norm := 0.0
		for _, v := range row {
			norm += real(v)*real(v) + imag(v)*imag(v)
		}
		for i := range row {
			row[i] /= complex(math.Sqrt(norm), 0)
		}
	}
	return m
}

// run gives the amplitudes in the order of the qubits.
func run(t *testing.T, p *Plan, n int, weights []float64) []complex128 {
	t.Helper()
	b := p.NewBound()
	if err := p.Bind(b, weights, nil); err != nil {
		t.Fatal(err)
	}
	return state(p, b)[:1<<n]
}

// state is what a run of p gives with the numbers of b.
func state(p *Plan, b *Bound) []complex128 {
	a := make([]complex128, 1<<p.Bits)
	a[0] = 1
	for i := range p.Passes() {
		for k := range p.Tiles(i) {
			Run(p, b, a, i, k)
		}
	}
	out := make([]complex128, len(a))
	for x := range out {
		out[x] = a[p.Index(uint64(x))]
	}
	return out
}

// Every path of the planner is reached with small tiles and blocks: inactive
// controls, several passes, lanes, phases across tiles.
func TestRandomCircuits(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rng.IntN(11)
		c, weights := random(rng, n, rng.IntN(80))
		m := []*kernel.Machine{kernel.Generic(2, 4, false), kernel.Generic(1, 3, false), kernel.NewMachine(false)}[rng.IntN(3)]
		s := Sizes{}
		if rng.IntN(4) > 0 {
			s.Block = MinBits(m) + rng.IntN(3)
			s.Tile = s.Block + rng.IntN(3)
			s.Run = rng.IntN(4)
		}
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			p, err := New(c, m, s)
			if err != nil {
				t.Fatal(err)
			}
			got, want := run(t, p, n, weights), naive(c, weights, nil)
			for x := range want {
				if d := cmplx.Abs(got[x] - want[x]); !(d < 1e-12) {
					t.Fatalf("n=%d %+v: amplitude %d is %v, want %v (off by %g)", n, s, x, got[x], want[x], d)
				}
			}
		})
	}
}

// TestFirstPasses: the passes before the first that depends on a weight leave the same state
// to the last bit, whatever it is.
func TestFirstPasses(t *testing.T) {
	later := 0
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 9))
		c, weights := random(rng, 4+rng.IntN(6), 10+rng.IntN(40))
		for q := range c.Qubits { // the last passes have no phases to take up their cosines
			c.RY(circuits.Weight(len(weights)), q)
			weights = append(weights, rng.Float64())
		}
		m := kernel.Generic(1, 3, false)
		block := MinBits(m)
		p, err := New(c, m, Sizes{Block: block, Tile: block + rng.IntN(2)})
		if err != nil {
			t.Fatal(err)
		}
		for w, first := range p.FirstPasses(len(weights)) {
			if first == p.Passes() {
				continue
			}
			changed := slices.Clone(weights)
			changed[w] += 0.3
			if got, want := before(t, p, first, changed), before(t, p, first, weights); !slices.Equal(got, want) {
				t.Fatalf("seed %d: weight %d acts before pass %d of %d", seed, w, first, p.Passes())
			}
			later += min(first, 1)
		}
	}
	if later < 100 {
		t.Errorf("%d weights act later than in the first pass, the test is too weak", later)
	}
}

// before is the amplitudes before a pass, in the order of the memory.
func before(t *testing.T, p *Plan, pass int, weights []float64) []complex128 {
	t.Helper()
	b := p.NewBound()
	if err := p.Bind(b, weights, nil); err != nil {
		t.Fatal(err)
	}
	a := make([]complex128, 1<<p.Bits)
	a[0] = 1
	for i := range pass {
		for k := range p.Tiles(i) {
			Run(p, b, a, i, k)
		}
	}
	return a
}

// An operation on the highest bits fits into the smallest tile beside the run of lowest
// bits that every tile holds.
func TestOperationBesideRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	const n = 8
	c := circuits.New(n)
	for q := range n {
		c.H(q)
	}
	c.Ops = append(c.Ops, circuits.Op{Gate: circuits.GateUnitary, Qubits: []int{5, 6, 7}, Matrix: unitary(rng, 8)})
	want := naive(c, nil, nil)
	for _, m := range []*kernel.Machine{kernel.Generic(1, 3, false), kernel.Generic(2, 3, false), kernel.Generic(2, 4, false)} {
		for r := range n {
			p, err := New(c, m, Sizes{Tile: MinBits(m), Block: MinBits(m), Run: r})
			if err != nil {
				t.Fatal(err)
			}
			for x, a := range run(t, p, n, nil) {
				if d := cmplx.Abs(a - want[x]); !(d < 1e-12) {
					t.Fatalf("run %d: amplitude %d is off by %g", r, x, d)
				}
			}
		}
	}
}

// A binding leaves nothing to the next one, whichever form the rotations took in it.
func TestBindTwice(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	c, weights := random(rng, 8, 100)
	p, err := New(c, kernel.Generic(2, 4, false), Sizes{})
	if err != nil {
		t.Fatal(err)
	}
	b := p.NewBound()
	other := make([]float64, len(weights))
	for i := range other {
		other[i] = weights[i] + math.Pi
	}
	for _, w := range [][]float64{make([]float64, len(weights)), weights, other, weights} {
		if err := p.Bind(b, w, nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(state(p, b)[:1<<8], run(t, p, 8, w)) {
			t.Error("a binding after others gives another state than the first")
		}
	}
	if slices.Equal(run(t, p, 8, other), run(t, p, 8, weights)) {
		t.Error("the state does not depend on the weights")
	}
	if n := testing.AllocsPerRun(10, func() { _ = p.Bind(b, weights, nil) }); n != 0 {
		t.Errorf("binding allocates %v times", n)
	}
	weights[0] = math.NaN()
	if err := p.Bind(b, weights, nil); err == nil {
		t.Error("NaN is accepted")
	}
}

// Planning needs no memory that grows with the state.
func TestPlanTooLargeToRun(t *testing.T) {
	c := circuits.New(59)
	for q := range 59 {
		c.H(q).CX(q, (q+1)%59)
	}
	backwards := func(c *circuits.Circuit, m *kernel.Machine, s Sizes) (*Plan, error) {
		return NewAdjoint(c, m, s, []Observable{{{Coef: 1, Pauli: kernel.Pauli{Z: 1, Phase: 1}}}})
	}
	for _, plan := range []func(*circuits.Circuit, *kernel.Machine, Sizes) (*Plan, error){New, backwards} {
		p, err := plan(c, kernel.NewMachine(false), Sizes{})
		if err != nil || p.Bits != 59 {
			t.Fatalf("%v", err)
		}
	}
}
