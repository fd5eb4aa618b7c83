package qsim

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
)

// NewStates returns n states as [Program.NewState] does, or a [*MemoryError] when they do
// not fit in memory all at once.
func (p *Program) NewStates(n int) ([]*State, error) {
	if n < 0 {
		return nil, fmt.Errorf("%d states: %w", n, ErrShape)
	}
	if err := p.precision.CheckMemory(p.qubits, n); err != nil {
		return nil, err
	}
	states := make([]*State, n)
	for i := range states {
		states[i] = p.precision.newState(p.register)
	}
	return states, nil
}

// States puts states[i] into what the circuit makes of |0…0⟩ for sample i, as [Program.Run]
// does for one. There is a state for every sample, each another one. Samples of circuits of
// up to 10 qubits run side by side in the lanes of vectors, those of larger ones at the same
// time up to [ParallelQubits]; no state is needed besides those given but a few of up to 10
// qubits for each processor. A sample's amplitudes do not depend on the others. A batch of
// states and [State.Inner] make a kernel matrix from one run a sample; where the states of
// all samples do not fit in memory, two batches at a time do. On an error the states are
// undefined.
func (p *Program) States(ctx context.Context, states []*State, weights []float64, samples [][]float64) error {
	if len(states) != len(samples) {
		return fmt.Errorf("%d states for %d samples: %w", len(states), len(samples), ErrShape)
	}
	if p.dynamic != nil {
		return ErrNotUnitary
	}
	sideBySide := p.qubits <= laneQubits
	for i, s := range states {
		on, err := p.on(s, weights, samples[i])
		if err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		sideBySide = sideBySide && on == p
	}
	if sideBySide {
		for _, s := range states {
			s.left, s.amplitudes = nil, s.amplitudes.flat()
		}
		c := p.newCall(ctx, p.groups.states(), weights, samples)
		c.states = states
		return c.all()
	}
	errs := make([]error, len(states))
	run := func(i int) {
		if err := p.Run(ctx, states[i], weights, samples[i]); err != nil {
			errs[i] = fmt.Errorf("sample %d: %w", i, err)
		}
	}
	if p.qubits < ParallelQubits {
		parallel(len(states), run)
	} else {
		for i := range states {
			run(i)
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Inner returns ⟨s|t⟩ = Σ conj(sₓ)·tₓ, s and t being of as many qubits and of one precision.
// The sum is float64. Several goroutines may take inner products of the same states
// once each of them has been in one, or [State.Amplitudes] been called.
func (s *State) Inner(t *State) (complex128, error) {
	if s.Qubits() != t.Qubits() || s.Precision() != t.Precision() {
		return 0, fmt.Errorf("inner product of %d qubits in %v precision and %d in %v: %w", s.Qubits(), s.Precision(), t.Qubits(), t.Precision(), ErrShape)
	}
	s.order()
	t.order()
	if !slices.Equal(s.register.active, t.register.active) {
		return s.sharedInner(t), nil
	}
	n := s.amplitudes.len()
	at, one := s.amplitudes.place(), [...]complex128{1}
	if n <= chunk {
		return s.amplitudes.inner(t.amplitudes, &at, one[:], 0, n), nil
	}
	return reduce(n, true, func(lo, hi int) complex128 { return s.amplitudes.inner(t.amplitudes, &at, one[:], lo, hi) }), nil
}

// sharedInner is Inner for states that have amplitudes for different qubits: all qubits but
// those that both have are |0⟩ in one of them.
func (s *State) sharedInner(t *State) complex128 {
	var ofS, ofT []int // the bits of the qubits that both have
	for _, q := range s.register.active {
		if bit := t.register.bits[q]; bit >= 0 {
			ofS, ofT = append(ofS, s.register.bits[q]), append(ofT, bit)
		}
	}
	return reduce(1<<len(ofS), true, func(lo, hi int) complex128 {
		sum := complex128(0)
		for x := lo; x < hi; x++ {
			i, k := 0, 0
			for rest := x; rest != 0; rest &= rest - 1 {
				b := bits.TrailingZeros(uint(rest))
				i, k = i|1<<ofS[b], k|1<<ofT[b]
			}
			a := s.amplitudes.at(i)
			sum += complex(real(a), -imag(a)) * t.amplitudes.at(k)
		}
		return sum
	})
}
