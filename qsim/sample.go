package qsim

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Counts says how often each outcome occurred. Outcomes of up to 64 bits are numbers,
// wider ones text.
type Counts struct {
	Bits     int
	Outcomes map[uint64]int // of up to 64 bits: bit i of a key is classical bit i
	Wide     map[string]int // of more than 64 bits: keys as [Counts.Key] writes them
}

// wordBits is the number of bits up to which an outcome is a number.
const wordBits = 64

// NewCounts returns counts of no outcome so far of the given number of bits.
func NewCounts(bits int) Counts {
	if bits > wordBits {
		return Counts{Bits: bits, Wide: make(map[string]int)}
	}
	return Counts{Bits: bits, Outcomes: make(map[uint64]int)}
}

// Add counts the outcome in which classical bit i is bits[i], for the first Bits of
// them, n times more. c must come from [NewCounts].
func (c Counts) Add(bits []bool, n int) {
	if c.Wide != nil {
		text := make([]byte, c.Bits)
		for i := range text {
			text[i] = '0'
		}
		for i, one := range bits[:c.Bits] {
			if one {
				text[c.Bits-1-i] = '1'
			}
		}
		c.Wide[string(text)] += n
		return
	}
	key := uint64(0)
	for i, one := range bits[:c.Bits] {
		if one {
			key |= 1 << i
		}
	}
	c.Outcomes[key] += n
}

// merge adds the counts of d, which are of as many bits.
func (c Counts) merge(d Counts) {
	for x, n := range d.Outcomes {
		c.Outcomes[x] += n
	}
	for x, n := range d.Wide {
		c.Wide[x] += n
	}
}

// Key writes an outcome of up to 64 bits as Bits characters, classical bit 0 on the
// right.
func (c Counts) Key(outcome uint64) string {
	var b strings.Builder
	for i := c.Bits - 1; i >= 0; i-- {
		b.WriteByte('0' + byte(outcome>>i&1))
	}
	return b.String()
}

// Len is the number of different outcomes.
func (c Counts) Len() int { return len(c.Outcomes) + len(c.Wide) }

// All goes through the outcomes of any width in ascending order, each by its text with
// classical bit 0 on the right.
func (c Counts) All() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, x := range c.Sorted() {
			if !yield(c.Key(x), c.Outcomes[x]) {
				return
			}
		}
		for _, text := range slices.Sorted(maps.Keys(c.Wide)) {
			if !yield(text, c.Wide[text]) {
				return
			}
		}
	}
}

// Sorted lists the outcomes of up to 64 bits in ascending order.
func (c Counts) Sorted() []uint64 { return slices.Sorted(maps.Keys(c.Outcomes)) }

// maxOutcomeText bounds the bytes of all outcomes of more than 64 bits.
const maxOutcomeText = 256 << 20

// Sample runs the circuit for one sample and measures it shots times. Outcomes
// are over the classical bits, or over all qubits (qubit k as bit k) when the
// circuit has none; a bit never written is 0, and hidden bits are left out. Equal seeds
// give equal counts. A circuit with final measurements is simulated once, in
// O(2ⁿ + shots·log shots) for n active qubits; more than 2²⁰ shots, and 8·2ⁿ, do not take
// longer, as the counts are drawn at once then. One that measures or resets before its end, or acts on what
// it measured, is simulated once for every sequence of outcomes that occurs: shots go
// together as long as their outcomes are the same. It takes at most log₂(shots)
// states more. [ErrUnfinished] says that a shot
// went 100,000 rounds in a loop, or took 10⁷ operations; a number of the circuit that cannot be
// computed is an error, too.
func (p *Program) Sample(ctx context.Context, weights, features []float64, shots int, seed uint64) (Counts, error) {
	if shots < 1 {
		return Counts{}, fmt.Errorf("sample: %d shots, needs at least 1: %w", shots, ErrShape)
	}
	if p.dynamic != nil {
		return p.sampleTrajectories(ctx, weights, features, shots, seed)
	}
	s, err := p.run(ctx, weights, features)
	if err != nil {
		return Counts{}, err
	}
	out := make(map[uint64]int) // by outcome, or by basis state where an outcome is wider
	outcome := p.outcome
	if len(p.bits) > wordBits {
		outcome = p.measuredPart()
	}
	if s.many(shots) {
		found, err := s.outcomes(ctx, shots, seed)
		if err != nil {
			return Counts{}, err
		}
		for _, t := range found {
			out[outcome(t.x)] += t.n
		}
		return p.counts(out)
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	block := make([]uint64, min(shots, 1<<20)) // bounds the memory of many shots
	for done := 0; done < shots; done += len(block) {
		if err := ctx.Err(); err != nil {
			return Counts{}, err
		}
		block = block[:min(len(block), shots-done)]
		s.draw(block, rng)
		for _, x := range block {
			out[outcome(x)]++
		}
	}
	return p.counts(out)
}

// measuredPart leaves of a basis state the qubits that are measured.
func (p *Program) measuredPart() func(x uint64) uint64 {
	mask := uint64(0)
	for _, q := range p.bits {
		if q >= 0 {
			mask |= 1 << q
		}
	}
	return func(x uint64) uint64 { return x & mask }
}

// counts are the outcomes found, which are basis states where the circuit has more than
// 64 bits.
func (p *Program) counts(found map[uint64]int) (Counts, error) {
	if len(p.bits) <= wordBits {
		return Counts{Bits: len(p.bits), Outcomes: found}, nil
	}
	if err := checkWide(len(p.bits), len(found)); err != nil {
		return Counts{}, err
	}
	out := NewCounts(len(p.bits))
	bits := make([]bool, len(p.bits))
	for x, n := range found {
		for i, q := range p.bits {
			bits[i] = q >= 0 && x>>q&1 == 1
		}
		out.Add(bits, n)
	}
	return out, nil
}

// checkWide refuses outcomes whose texts would be too many.
func checkWide(bits, outcomes int) error {
	if bits > wordBits && outcomes > maxOutcomeText/bits {
		return fmt.Errorf("sample: %d outcomes of %d classical bits, at most %d of so many: %w", outcomes, bits, maxOutcomeText/bits, ErrShape)
	}
	return nil
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
