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
	out := qsim.Counts{Bits: p.circuit.Clbits - p.circuit.Hidden, Outcomes: make(map[uint64]int)}
	if p.circuit.Clbits == 0 {
		out.Bits = p.Qubits()
	}
	if out.Bits > 64 {
		return qsim.Counts{}, fmt.Errorf("sample: %d classical bits, at most 64 can be read: %w", out.Bits, qsim.ErrShape)
	}
	var err error
	if p.final == nil {
		err = p.sampleTrajectories(ctx, out.Outcomes, weights, features, shots, seed)
	} else {
		err = p.sampleFinal(ctx, out.Outcomes, weights, features, shots, seed)
	}
	return out, err
}

// sampleFinal draws basis states from the probabilities at the end of the circuit.
func (p *Program) sampleFinal(ctx context.Context, outcomes map[uint64]int, weights, features []float64, shots int, seed uint64) error {
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
	for shot := range shots {
		if shot%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		at := rng.Float64() * cumulative[last]
		x := sort.Search(last, func(i int) bool { return cumulative[i] > at })
		key := uint64(x)
		if p.circuit.Clbits > 0 {
			key = 0
			for bit, q := range p.final {
				key |= uint64(x) >> q & 1 << bit
			}
		}
		outcomes[key]++
	}
	return nil
}

// sampleTrajectories simulates every shot.
func (p *Program) sampleTrajectories(ctx context.Context, outcomes map[uint64]int, weights, features []float64, shots int, seed uint64) error {
	r, err := p.bindOne(weights, features)
	if err != nil {
		return err
	}
	for shot := range shots {
		r.seed(seed, uint64(shot))
		key, err := r.trajectory(ctx, p.circuit)
		if err != nil {
			return err
		}
		outcomes[key]++
	}
	return nil
}

// trajectory runs c from |0…0⟩ with measurements and resets and returns the
// classical bits, or all qubits measured at the end when c has no bits.
func (r *register) trajectory(ctx context.Context, c *circuits.Circuit) (uint64, error) {
	r.zero()
	bits := make([]bool, max(c.Clbits, c.Qubits))
	read := func(bit int) bool { return bits[bit] }
	for i, op := range c.Ops {
		if err := ctx.Err(); err != nil {
			return 0, err
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
			return 0, &circuits.OpError{Index: i, Gate: op.Gate, Err: qsim.ErrUnfinished}
		case circuits.GateBarrier:
		default:
			r.apply(op, r.angles[i])
		}
	}
	visible := c.Clbits - c.Hidden
	if c.Clbits == 0 {
		visible = c.Qubits
		for q := range c.Qubits {
			bits[q] = r.measure(q)
		}
	}
	key := uint64(0)
	for i, one := range bits[:visible] {
		if one {
			key |= 1 << i
		}
	}
	return key, nil
}
