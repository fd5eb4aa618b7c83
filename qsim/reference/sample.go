package reference

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// Sample runs the circuit for one sample and measures it shots times, as
// [qsim.Program.Sample] does. Equal seeds give equal counts; they are not those
// that package qsim gives for the seed. Circuits with final measurements are
// simulated once; others once a shot, by the measurements of itsubaki/q with
// their generator seeded.
func (p *Program) Sample(ctx context.Context, weights, features []float64, shots int, seed uint64) (qsim.Counts, error) {
	if shots < 1 {
		return qsim.Counts{}, fmt.Errorf("sample: %d shots, needs at least 1: %w", shots, qsim.ErrShape)
	}
	bits := p.circuit.Clbits - p.circuit.Hidden
	if p.circuit.Clbits == 0 {
		bits = p.Qubits()
	}
	out := qsim.NewCounts(bits)
	var err error
	if p.final == nil {
		err = p.sampleTrajectories(ctx, out, weights, features, shots, seed)
	} else {
		err = p.sampleFinal(ctx, out, weights, features, shots, seed)
	}
	return out, err
}

// sampleFinal draws basis states from the probabilities at the end of the circuit.
func (p *Program) sampleFinal(ctx context.Context, outcomes qsim.Counts, weights, features []float64, shots int, seed uint64) error {
	cumulative, err := p.Probabilities(ctx, weights, features)
	if err != nil {
		return err
	}
	last := 0
	for x, v := range cumulative {
		if v > 0 {
			last = x
		}
		if x > 0 {
			cumulative[x] += cumulative[x-1]
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	bits := make([]bool, outcomes.Bits)
	for shot := range shots {
		if shot%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		at := rng.Float64() * cumulative[last]
		x := sort.Search(last, func(i int) bool { return cumulative[i] > at })
		p.readBits(bits, x)
		outcomes.Add(bits, 1)
	}
	return nil
}

// readBits sets the bits of an outcome to those of basis state x: of the final
// measurements, or of all qubits.
func (p *Program) readBits(bits []bool, x int) {
	if p.circuit.Clbits == 0 {
		for q := range bits {
			bits[q] = x>>q&1 == 1
		}
		return
	}
	for bit, q := range p.final {
		if bit < len(bits) { // else it is hidden
			bits[bit] = x>>q&1 == 1
		}
	}
}

// sampleTrajectories simulates every shot.
func (p *Program) sampleTrajectories(ctx context.Context, outcomes qsim.Counts, weights, features []float64, shots int, seed uint64) error {
	r, err := p.bindOne(weights, features)
	if err != nil {
		return err
	}
	loops, err := p.circuit.Loops()
	if err != nil {
		return err
	}
	for shot := range shots {
		r.seed(seed, uint64(shot))
		bits, err := r.trajectory(ctx, p.circuit, loops, weights, features)
		if err != nil {
			return err
		}
		outcomes.Add(bits, 1)
	}
	return nil
}

// trajectory runs c from |0…0⟩ with measurements and resets and returns the
// classical bits, or all qubits measured at the end when c has no bits.
func (r *register) trajectory(ctx context.Context, c *circuits.Circuit, loops map[int]int, weights, features []float64) ([]bool, error) {
	r.zero()
	m := circuits.Memory{Bits: make([]bool, max(c.Clbits, c.Qubits)), Vars: c.Zeros(), Weights: weights, Features: features}
	for at, steps := 0, 0; at < len(c.Ops); at++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if steps++; steps > maxSteps {
			return nil, &circuits.OpError{Index: at, Gate: c.Ops[at].Gate, Err: qsim.ErrUnfinished}
		}
		next, err := r.step(c, loops, &m, at)
		if err != nil {
			return nil, &circuits.OpError{Index: at, Gate: c.Ops[at].Gate, Err: err}
		}
		at = next
	}
	bits := m.Bits
	if c.Clbits == 0 {
		for q := range c.Qubits {
			bits[q] = r.measure(q)
		}
	}
	return bits, nil
}

// maxSteps bounds the operations of one shot.
const maxSteps = 10_000_000

// step carries out operation at and returns the one that it ends at.
func (r *register) step(c *circuits.Circuit, loops map[int]int, m *circuits.Memory, at int) (int, error) {
	op := c.Ops[at]
	if op.If != nil {
		holds, err := op.If.In(m)
		if err != nil || !holds {
			if op.Gate == circuits.GateLoop {
				at = loops[at]
			}
			return at, err
		}
	}
	var err error
	switch op.Gate {
	case circuits.GateMeasure:
		m.Bits[op.Clbit] = r.measure(op.Qubits[0])
	case circuits.GateReset:
		r.reset(op.Qubits[0])
	case circuits.GateStore:
		m.Bits[op.Clbit], err = op.Value.In(m)
	case circuits.GateSet:
		var n circuits.Number
		if n, err = op.Value.Test.Eval(m); err == nil {
			m.Vars[op.Clbit], err = c.Vars[op.Clbit].Hold(n)
		}
	case circuits.GateEnd:
		return loops[at] - 1, nil
	case circuits.GateBarrier, circuits.GateLoop:
	default:
		angles := r.angles[at]
		if len(op.Locals()) > 0 {
			angles = nil
			for _, a := range op.Angles {
				angles = append(angles, a.In(m))
			}
		}
		r.apply(op, angles)
	}
	return at, err
}
