package qsim

import (
	"context"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/sysmem"
	"github.com/qnn-go/qnn/qsim/internal/memory"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// State is the amplitudes of n qubits: Σ aₓ|x⟩ with qubit k as bit k of x. Make
// one with [NewState], or with [Program.NewState] one that has only the qubits of a circuit
// that are active, its other qubits being |0⟩: qubit Active()[k] is bit k of x then.
// A State must not be used by two goroutines at once.
type State struct {
	register   register
	amplitudes vector

	left *plan.Plan // whose end the amplitudes are at, nil where they are in order
}

// NewState returns |0…0⟩ on n qubits in double precision. When its 16·2ⁿ bytes do
// not fit in memory it returns a [*MemoryError] and allocates nothing.
func NewState(n int) (*State, error) { return Double.NewState(n) }

// NewState is [NewState] in the precision p; in single a state takes 8·2ⁿ bytes.
func (p Precision) NewState(n int) (*State, error) {
	if n < 0 {
		return nil, fmt.Errorf("state of %d qubits: %w", n, ErrShape)
	}
	if err := p.CheckMemory(n, 1); err != nil {
		return nil, err
	}
	return p.newState(newRegister(n, nil)), nil
}

// NewState returns |0…0⟩ on the qubits of the circuit for [Program.Run], without
// amplitudes for those that are idle: it takes 2ᵏ amplitudes for k active qubits. When
// they do not fit in memory it returns a [*MemoryError] and allocates nothing.
func (p *Program) NewState() (*State, error) {
	if err := p.precision.CheckMemory(p.qubits, 1); err != nil {
		return nil, err
	}
	return p.precision.newState(p.register), nil
}

func (p Precision) newState(r register) *State {
	s := &State{register: r, amplitudes: newVector(p, len(r.active))}
	s.amplitudes.set(0, 1)
	return s
}

// CheckMemory returns a [*MemoryError] when the given number of state vectors of
// that many qubits, 16·2ⁿ bytes each, do not fit in the memory that is free now, less
// 1.6 % of them for the gaps between the rows that large states are stored in.
// Below 1 MiB it does not ask the system.
func CheckMemory(qubits, vectors int) error { return Double.CheckMemory(qubits, vectors) }

// CheckMemory is [CheckMemory] in the precision p: 8·2ⁿ bytes each in single.
func (p Precision) CheckMemory(qubits, vectors int) error {
	need := memory.Amplitudes(qubits, vectors, p.AmplitudeBytes())
	gaps := uint64(0) // between the rows
	if need <= 1<<59 {
		gaps = uint64(memory.Offset(int64(need))) - need
	}
	if free, ok := sysmem.Room(need + gaps); !ok {
		return &MemoryError{Qubits: qubits, Need: need, Available: free - min(free, gaps)}
	}
	return nil
}

// checkBytes is CheckMemory for so many bytes of that many qubits.
func checkBytes(qubits int, need uint64) error {
	if free, ok := sysmem.Room(need); !ok {
		return &MemoryError{Qubits: qubits, Need: need, Available: free}
	}
	return nil
}

// Qubits is the number of qubits, idle ones among them.
func (s *State) Qubits() int { return s.register.qubits }

// Active lists the qubits that the state has amplitudes for, in the order of the bits of an
// amplitude's index; all others are |0⟩. In the following n is their number.
func (s *State) Active() []int { return slices.Clone(s.register.active) }

// Amplitudes returns the 2ⁿ amplitudes themselves, not a copy: writing to them
// changes the state. Call it anew after a run, which may leave the qubits in
// another order: the first call then brings them into theirs. Of a state in single
// precision it returns a copy, 16·2ⁿ bytes; see [State.Single].
func (s *State) Amplitudes() []complex128 {
	s.order()
	if s.Precision() == Double {
		return s.amplitudes.double
	}
	out := make([]complex128, s.amplitudes.len())
	parallelRange(len(out), func(lo, hi int) {
		for x := lo; x < hi; x++ {
			out[x] = complex128(s.amplitudes.single[x])
		}
	})
	return out
}

// Single returns the 2ⁿ amplitudes themselves of a state in single precision, as
// Amplitudes does in double, and nil for a state in double precision.
func (s *State) Single() []complex64 {
	s.order()
	return s.amplitudes.single
}

// Precision is that of the amplitudes.
func (s *State) Precision() Precision { return s.amplitudes.precision() }

// order does what the plan has left undone, closes the gaps between rows and brings
// every qubit to its own bit.
func (s *State) order() {
	if s.left == nil {
		return
	}
	inParallel := s.amplitudes.len() > chunk
	if rest := s.left.Rest(); rest != nil {
		// Nothing ends this context.
		_ = s.amplitudes.passes(context.Background(), rest, rest.NewBound(), 0, rest.Passes(), inParallel)
	}
	s.amplitudes = s.amplitudes.compact()
	reorder(s.amplitudes, s.left.Location, s.left.Flipped, inParallel)
	s.left = nil
}

// reorder moves the qubits, which are at the bits location[k], inverted where
// flipped, to their own bits.
func reorder(a vector, location []int, flipped uint64, inParallel bool) {
	move := func(groups int, body func(lo, hi int)) {
		if inParallel {
			parallelRange(groups, body)
			return
		}
		body(0, groups)
	}
	for ; flipped != 0; flipped &= flipped - 1 {
		at := a.place(bits.TrailingZeros64(flipped))
		move(at.Groups(a.len()), func(lo, hi int) { a.flip(&at, lo, hi) })
	}
	if slices.IsSorted(location) {
		return
	}
	location = slices.Clone(location)
	for q := range location {
		b := location[q]
		if b == q {
			continue
		}
		at := a.place(q, b)
		move(at.Groups(a.len()), func(lo, hi int) { a.swap(&at, lo, hi) })
		location[slices.Index(location, q)] = b
		location[q] = q
	}
}

// Probabilities writes |aₓ|² to dst, which has length 2ⁿ.
func (s *State) Probabilities(dst []float64) error {
	if len(dst) != s.amplitudes.len() {
		return fmt.Errorf("probabilities: destination %d for %d amplitudes: %w", len(dst), s.amplitudes.len(), ErrShape)
	}
	s.order()
	parallelRange(len(dst), func(lo, hi int) { s.amplitudes.probabilities(dst, lo, hi) })
	return nil
}

// Marginal writes to dst, which has length 2ᵏ, the probabilities of the outcomes of k
// different qubits, whatever the others are: dst[y] = Σ |aₓ|² over all x whose bit
// qubits[i] is bit i of y. It does not copy the state.
func (s *State) Marginal(dst []float64, qubits ...int) error {
	for i, q := range qubits {
		if q < 0 || q >= s.register.qubits {
			return fmt.Errorf("marginal: qubit %d of %d: %w", q, s.register.qubits, circuits.ErrRange)
		}
		if slices.Contains(qubits[:i], q) {
			return fmt.Errorf("marginal: qubit %d is named twice: %w", q, ErrShape)
		}
	}
	if len(dst) != 1<<len(qubits) {
		return fmt.Errorf("marginal: destination %d for the %d outcomes of %d qubits: %w", len(dst), 1<<len(qubits), len(qubits), ErrShape)
	}
	s.order()
	var at, idle []int // bits of an amplitude's index, and bits of y that are 0
	for i, q := range qubits {
		if bit := s.register.bits[q]; bit >= 0 {
			at = append(at, bit)
		} else {
			idle = append(idle, i)
		}
	}
	part := dst[:1<<len(at)]
	s.amplitudes.marginal(part, at, s.amplitudes.len() > chunk)
	if len(idle) > 0 {
		widen(dst, len(at), idle)
	}
	return nil
}

// widen moves the numbers at the beginning of dst, 2ⁿ of them, to the indices that have
// zeros at the bits idle, ascending, besides, and fills up with zeros.
func widen(dst []float64, n int, idle []int) {
	clear(dst[1<<n:])
	for y := 1<<n - 1; y > 0; y-- { // a number moves up, onto none that has still to move
		to := y
		for _, bit := range idle {
			to = to>>bit<<(bit+1) | to&(1<<bit-1)
		}
		if to != y {
			dst[to], dst[y] = dst[y], 0
		}
	}
}

// Expect returns ⟨s|O|s⟩ for the observable o.
func (s *State) Expect(o circuits.PauliSum) (float64, error) {
	compiled, err := s.register.observable(o)
	if err != nil {
		return 0, err
	}
	if s.left != nil {
		compiled = s.left.On(compiled)
	}
	var e [1]float64
	s.amplitudes.expectations(e[:], []plan.Observable{compiled}, s.amplitudes.len() > chunk)
	return e[0], nil
}

// Sample draws shots basis states with probabilities |aₓ|², the indices x of their
// amplitudes, in the order of the shots. It takes O(2ⁿ + shots·log shots) time and does not copy the state. Equal
// seeds give equal samples. The state need not be normalised.
func (s *State) Sample(shots int, seed uint64) []uint64 {
	if shots <= 0 {
		return nil
	}
	out := make([]uint64, shots)
	s.draw(out, rand.New(rand.NewPCG(seed, 0)))
	return out
}

// draw fills dst with outcomes.
func (s *State) draw(dst []uint64, rng *rand.Rand) {
	s.order()
	at := make([]float64, len(dst))
	for i := range at {
		at[i] = rng.Float64()
	}
	s.amplitudes.draw(dst, at, true)
}

// parallelRange calls body for consecutive pieces that cover 0 ≤ i < n.
func parallelRange(n int, body func(lo, hi int)) {
	parallel((n+chunk-1)/chunk, func(i int) { body(i*chunk, min((i+1)*chunk, n)) })
}

// reduce adds the sums of consecutive pieces that cover 0 ≤ i < n, in order: the
// result does not depend on inParallel.
func reduce(n int, inParallel bool, body func(lo, hi int) complex128) complex128 {
	pieces := (n + chunk - 1) / chunk
	if !inParallel {
		sum := complex128(0)
		for i := range pieces {
			sum += body(i*chunk, min((i+1)*chunk, n))
		}
		return sum
	}
	parts := make([]complex128, pieces)
	parallel(pieces, func(i int) { parts[i] = body(i*chunk, min((i+1)*chunk, n)) })
	sum := complex128(0)
	for _, part := range parts {
		sum += part
	}
	return sum
}
