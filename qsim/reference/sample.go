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
	for shot := range shots {
		r.seed(seed, uint64(shot))
		bits, err := r.trajectory(ctx, p.circuit)
		if err != nil {
			return err
		}
		outcomes.Add(bits, 1)
	}
	return nil
}

// trajectory runs c from |0…0⟩ with measurements and resets and returns the
// classical bits, or all qubits measured at the end when c has no bits.
func (r *register) trajectory(ctx context.Context, c *circuits.Circuit) ([]bool, error) {
	r.zero()
	bits := make([]bool, max(c.Clbits, c.Qubits))
	read := func(bit int) bool { return bits[bit] }
	for i, op := range c.Ops {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if op.If != nil && !op.If.Holds(read) {
			continue
		}
		switch op.Gate {
		case circuits.GateMeasure:
			bits[op.Clbit] = r.measure(op.Qubits[0])
		case circuits.GateReset:
			r.reset(op.Qubits[0])
		case circuits.GateStore:
			bits[op.Clbit] = op.Value.Holds(read)
		case circuits.GateFail:
			return nil, &circuits.OpError{Index: i, Gate: op.Gate, Err: qsim.ErrUnfinished}
		case circuits.GateBarrier:
		default:
			r.apply(op, r.angles[i])
		}
	}
	if c.Clbits == 0 {
		for q := range c.Qubits {
			bits[q] = r.measure(q)
		}
	}
	return bits, nil
}
