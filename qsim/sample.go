package qsim

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Counts says how often each outcome occurred: bit i of a key is classical bit i.
type Counts struct {
	Bits     int
	Outcomes map[uint64]int
}

// Key writes an outcome as Bits characters, classical bit 0 on the right.
func (c Counts) Key(outcome uint64) string {
	var b strings.Builder
	for i := c.Bits - 1; i >= 0; i-- {
		b.WriteByte('0' + byte(outcome>>i&1))
	}
	return b.String()
}

// Sorted lists the outcomes in ascending order.
func (c Counts) Sorted() []uint64 {
	out := make([]uint64, 0, len(c.Outcomes))
	for k := range c.Outcomes {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Sample runs the circuit for one sample and measures it shots times. Outcomes
// are over the classical bits, or over all qubits (qubit k as bit k) when the
// circuit has none; a bit never written is 0. Equal seeds give equal counts. A
// circuit with final measurements is simulated once, in O(2ⁿ + shots·log shots);
// one that measures or resets before its end is simulated once a shot.
func (p *Program) Sample(ctx context.Context, weights, features []float64, shots int, seed uint64) (Counts, error) {
	if shots < 1 {
		return Counts{}, fmt.Errorf("sample: %d shots, needs at least 1: %w", shots, ErrShape)
	}
	if len(p.bits) > 64 {
		return Counts{}, fmt.Errorf("sample: %d classical bits, at most 64 can be read: %w", len(p.bits), ErrShape)
	}
	if p.dynamic != nil {
		return p.sampleTrajectories(ctx, weights, features, shots, seed)
	}
	s, err := p.run(ctx, weights, features)
	if err != nil {
		return Counts{}, err
	}
	out := Counts{Bits: len(p.bits), Outcomes: make(map[uint64]int)}
	rng := rand.New(rand.NewPCG(seed, 0))
	block := make([]uint64, min(shots, 1<<20)) // bounds the memory of many shots
	for done := 0; done < shots; done += len(block) {
		if err := ctx.Err(); err != nil {
			return Counts{}, err
		}
		block = block[:min(len(block), shots-done)]
		s.draw(block, rng)
		for _, x := range block {
			out.Outcomes[p.outcome(x)]++
		}
	}
	return out, nil
}

// outcome is the value of the classical bits after the final measurements of basis
// state x.
func (p *Program) outcome(x uint64) uint64 {
	key := uint64(0)
	for bit, q := range p.bits {
		if q >= 0 {
			key |= x >> q & 1 << bit
		}
	}
	return key
}

// dynamic is a circuit with measurements or resets before its end.
type dynamic struct {
	ops []circuits.Op
}

// newDynamic copies the operations of c, and measures all qubits at the end of a
// circuit without classical bits.
func newDynamic(c *circuits.Circuit) *dynamic {
	c = c.Clone()
	if c.Clbits == 0 {
		c.MeasureAll()
	}
	return &dynamic{ops: c.Ops}
}

// sampleTrajectories simulates every shot: a measurement collapses the state to
// the outcome drawn, a reset is a measurement followed by X on outcome 1.
func (p *Program) sampleTrajectories(ctx context.Context, weights, features []float64, shots int, seed uint64) (Counts, error) {
	if err := p.checkInputs(weights, features); err != nil {
		return Counts{}, err
	}
	s, err := p.precision.NewState(p.qubits)
	if err != nil {
		return Counts{}, err
	}
	b := p.work.bound(p)
	defer p.work.bounds.Put(b)
	if err := p.bind(b, weights, features, true); err != nil {
		return Counts{}, err
	}
	out := Counts{Bits: len(p.bits), Outcomes: make(map[uint64]int)}
	for shot := range shots {
		key, err := p.trajectory(ctx, s.amplitudes, b, rand.New(rand.NewPCG(seed, uint64(shot))))
		if err != nil {
			return Counts{}, err
		}
		out.Outcomes[key]++
	}
	return out, nil
}

func (p *Program) trajectory(ctx context.Context, a vector, b *bound, rng *rand.Rand) (uint64, error) {
	a.reset(p.qubits >= ParallelQubits)
	key, next := uint64(0), 0
	for i, o := range p.dynamic.ops {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		switch o.Gate {
		case circuits.GateMeasure:
			key &^= 1 << o.Clbit
			if collapse(a, o.Qubits[0], rng) {
				key |= 1 << o.Clbit
			}
		case circuits.GateReset:
			if collapse(a, o.Qubits[0], rng) {
				place := kernel.NewPlace(o.Qubits, nil)
				a.flip(&place, 0, place.Groups(a.len()))
			}
		default:
			if next < len(p.ops) && p.ops[next].index == i {
				gate := &p.ops[next]
				gate.apply(a, b.matrices[gate.matrix:gate.matrix+gate.entries], p.qubits >= ParallelQubits)
				next++
			}
		}
	}
	return key, nil
}

// collapse measures a qubit: it draws the outcome, sets the other half of the
// amplitudes to zero, and normalises.
func collapse(a vector, qubit int, rng *rand.Rand) bool {
	ones := 0.0
	total := a.norm2(0, a.len())
	for x := range a.len() {
		v := a.at(x)
		if x>>qubit&1 == 1 {
			ones += real(v)*real(v) + imag(v)*imag(v)
		}
	}
	one := rng.Float64()*total < ones
	kept := total - ones
	if one {
		kept = ones
	}
	f := complex(1/math.Sqrt(kept), 0)
	for x := range a.len() {
		if (x>>qubit&1 == 1) == one {
			a.set(x, a.at(x)*f)
		} else {
			a.set(x, 0)
		}
	}
	return one
}
