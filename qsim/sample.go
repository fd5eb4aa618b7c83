package qsim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
// circuit has none; a bit never written is 0, and hidden bits are left out. Equal seeds
// give equal counts. A circuit with final measurements is simulated once, in
// O(2ⁿ + shots·log shots). One that measures or resets before its end, or acts on what
// it measured, is simulated once for every sequence of outcomes that occurs: shots go
// together as long as their outcomes are the same. It takes at most log₂(shots)
// states more. [ErrUnfinished] says that a shot came to a [circuits.GateFail].
func (p *Program) Sample(ctx context.Context, weights, features []float64, shots int, seed uint64) (Counts, error) {
	if shots < 1 {
		return Counts{}, fmt.Errorf("sample: %d shots, needs at least 1: %w", shots, ErrShape)
	}
	if n := p.outcomeBits(); n > 64 {
		return Counts{}, fmt.Errorf("sample: %d classical bits, at most 64 can be read: %w", n, ErrShape)
	}
	if p.dynamic != nil {
		return p.sampleTrajectories(ctx, weights, features, shots, seed)
	}
	s, err := p.run(ctx, weights, features)
	if err != nil {
		return Counts{}, err
	}
	out := Counts{Bits: p.outcomeBits(), Outcomes: make(map[uint64]int)}
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

// outcomeBits is the number of bits of an outcome.
func (p *Program) outcomeBits() int {
	if p.dynamic != nil {
		return p.dynamic.visible
	}
	return len(p.bits)
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
