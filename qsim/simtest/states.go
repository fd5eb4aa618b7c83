package simtest

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// gates runs every unitary gate and barriers at random places on a random state.
func (s suite) gates(t *testing.T) {
	const places = 4
	for _, g := range circuits.Gates() {
		if !g.Unitary() {
			continue
		}
		t.Run(g.String(), func(t *testing.T) {
			rng := source(uint64(g))
			for n := max(1, g.Spec().Qubits); n <= 6; n++ {
				for range places {
					c := prepare(rng, n)
					c.Ops = append(c.Ops, RandomOp(rng, g, n, func() circuits.Angle { return randomAngle(rng, 0, 0) }))
					if !s.check(t, c, nil, nil, RandomObservable(rng, n, 3)) {
						t.Fatalf("on %d qubits: %+v", n, c.Ops[len(c.Ops)-1])
					}
				}
			}
		})
	}
}

// circuits runs random circuits over the whole table.
func (s suite) circuits(t *testing.T) {
	rng := source(100)
	for i := range 60 {
		n := 1 + i%6
		c := Random(rng, n, 40, 5, 3)
		c.Barrier()
		weights, features := RandomVector(rng, c.Weights()), RandomVector(rng, c.Features())
		if !s.check(t, c, weights, features, RandomObservable(rng, n, 2)) {
			t.Fatalf("circuit %d on %d qubits: %+v", i, n, c.Ops)
		}
	}
}

// observables measures every Pauli string on three qubits, sums, and what a sum
// may be besides: nil, a constant, the same string twice.
func (s suite) observables(t *testing.T) {
	rng := source(101)
	const n = 3
	c := prepare(rng, n)
	var all []circuits.PauliSum
	for code := range 64 {
		var str circuits.PauliString
		for q := range n {
			if letter := "IXYZ"[code>>(2*q)&3]; letter != 'I' {
				str = append(str, circuits.PauliFactor{Qubit: q, Pauli: letter})
			}
		}
		all = append(all, circuits.PauliSum{{Coef: 1, String: str}})
	}
	z := circuits.PauliZ(1)
	all = append(all, nil, circuits.PauliSum{{Coef: -0.75}}, circuits.PauliSum{z[0], z[0]}, RandomObservable(rng, n, 20))
	s.check(t, c, nil, nil, all...)
}

// batches runs many samples in one call, which must do what single calls do.
func (s suite) batches(t *testing.T) {
	rng := source(102)
	c := Random(rng, 4, 30, 4, 3)
	a, b := RandomObservable(rng, 4, 2), RandomObservable(rng, 4, 2)
	p := s.must(t, c, a, b)
	weights := RandomVector(rng, p.Weights())
	for _, count := range []int{0, 1, 2, 7, 8, 9, 300} {
		samples := make([][]float64, count)
		for i := range samples {
			samples[i] = RandomVector(rng, p.Features()+i%2) // longer than needed is allowed
		}
		got := make([]float64, 2*count)
		if err := p.Expect(t.Context(), got, weights, samples); err != nil {
			t.Fatal(err)
		}
		for i, x := range samples {
			if i%37 != 0 {
				continue
			}
			state := Amplitudes(c, weights, x)
			for k, o := range []circuits.PauliSum{a, b} {
				if want := Expectation(state, o); !near(got[2*i+k], want, s.tolerance()) {
					t.Errorf("%d samples: sample %d, observable %d: %v, oracle %v", count, i, k, got[2*i+k], want)
				}
			}
		}
	}
}

// edges runs circuits with nothing in them.
func (s suite) edges(t *testing.T) {
	constant := circuits.PauliSum{{Coef: 2.5}}
	tests := []struct {
		name string
		c    *circuits.Circuit
	}{
		{"no qubits", circuits.New(0)},
		{"no qubits, a phase", circuits.New(0).GPhase(circuits.Const(1))},
		{"no gates", circuits.New(3)},
		{"only barriers", circuits.New(2).Barrier().Barrier(1)},
		{"only final measurements", circuits.New(2).MeasureAll()},
		{"reset of an untouched qubit", circuits.New(2).Reset(0).H(0).Reset(1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.check(t, tt.c, nil, nil, constant)
			p := s.must(t, tt.c)
			if p.Qubits() != tt.c.Qubits || p.Weights() != 0 || p.Features() != 0 || p.Observables() != 0 {
				t.Errorf("qubits, weights, features, observables: %d, %d, %d, %d; want %d, 0, 0, 0",
					p.Qubits(), p.Weights(), p.Features(), p.Observables(), tt.c.Qubits)
			}
			if err := p.Expect(t.Context(), nil, nil, [][]float64{nil, nil}); err != nil {
				t.Errorf("expect without observables: %v", err)
			}
		})
	}
}

// refusals checks that what cannot be done is refused by an error of the right
// kind.
func (s suite) refusals(t *testing.T) {
	ctx := t.Context()
	c := circuits.New(2).RX(circuits.Weight(1), 0).RY(circuits.Feature(2), 1)
	p := s.must(t, c, circuits.PauliZ(0))
	if p.Weights() != 2 || p.Features() != 3 || p.Observables() != 1 {
		t.Fatalf("weights, features, observables: %d, %d, %d; want 2, 3, 1", p.Weights(), p.Features(), p.Observables())
	}
	dynamic := s.must(t, circuits.New(1).Measure(0, 0).H(0), circuits.PauliZ(0))
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	one, w, x := make([]float64, 1), make([]float64, 2), make([]float64, 3)
	batch := [][]float64{x}
	loss := func(int, []float64, []float64) {}
	shift := qsim.ParameterShift
	second := func(_ any, err error) error { return err }
	tests := []struct {
		name string
		err  error
		want error
	}{
		{"destination", p.Expect(ctx, nil, w, batch), qsim.ErrShape},
		{"weights", p.Expect(ctx, one, one, batch), qsim.ErrShape},
		{"features", p.Expect(ctx, one, w, [][]float64{w}), qsim.ErrShape},
		{"gradient by weights", p.Gradient(ctx, shift, one, nil, w, batch, loss), qsim.ErrShape},
		{"weights of a gradient", p.Gradient(ctx, shift, w, nil, one, batch, loss), qsim.ErrShape},
		{"weights of a gradient of nothing", p.Gradient(ctx, shift, w, nil, one, nil, loss), qsim.ErrShape},
		{"rows by features", p.Gradient(ctx, shift, w, [][]float64{}, w, batch, loss), qsim.ErrShape},
		{"gradient by features", p.Gradient(ctx, shift, w, [][]float64{one}, w, batch, loss), qsim.ErrShape},
		{"weights of probabilities", second(p.Probabilities(ctx, nil, x)), qsim.ErrShape},
		{"features of probabilities", second(p.Probabilities(ctx, w, nil)), qsim.ErrShape},
		{"weights of samples", second(p.Sample(ctx, nil, x, 1, 0)), qsim.ErrShape},
		{"no shots", second(p.Sample(ctx, w, x, 0, 0)), qsim.ErrShape},
		{"measured twice", dynamic.Expect(ctx, one, nil, [][]float64{nil}), qsim.ErrNotUnitary},
		{"measured twice, gradient", dynamic.Gradient(ctx, shift, nil, nil, nil, [][]float64{nil}, loss), qsim.ErrNotUnitary},
		{"measured twice, probabilities", second(dynamic.Probabilities(ctx, nil, nil)), qsim.ErrNotUnitary},
		{"cancelled", p.Expect(cancelled, one, w, batch), context.Canceled},
		{"cancelled without gates", s.must(t, circuits.New(1), circuits.PauliZ(0)).Expect(cancelled, one, nil, [][]float64{nil}), context.Canceled},
		{"cancelled gradient", p.Gradient(cancelled, shift, w, nil, w, batch, loss), context.Canceled},
		{"cancelled probabilities", second(p.Probabilities(cancelled, w, x)), context.Canceled},
		{"cancelled samples", second(p.Sample(cancelled, w, x, 1, 0)), context.Canceled},
		{"cancelled trajectories", second(dynamic.Sample(cancelled, nil, nil, 1, 0)), context.Canceled},
		{"invalid circuit", second(s.program(circuits.New(1).X(1))), circuits.ErrRange},
		{"observable beyond the circuit", second(s.program(circuits.New(1), circuits.PauliZ(1))), circuits.ErrRange},
		{"invalid observable", second(s.program(circuits.New(1), circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 0, Pauli: 'Q'}}}})), circuits.ErrSyntax},
	}
	for _, tt := range tests {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want an error that wraps %q", tt.name, tt.err, tt.want)
		}
	}
	s.notFinite(t, p)
}

// notFinite checks that NaN and infinite angles are refused with the index of the
// operation: weight 1 is in operation 0, feature 2 in operation 1.
func (s suite) notFinite(t *testing.T, p Program) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		tests := []struct {
			index    int
			weights  []float64
			features []float64
		}{{0, []float64{0, bad}, make([]float64, 3)}, {1, make([]float64, 2), []float64{0, 0, bad}}}
		for _, tt := range tests {
			batch := [][]float64{make([]float64, 3), tt.features}
			errs := []error{p.Expect(t.Context(), make([]float64, 2), tt.weights, batch)}
			_, err := p.Probabilities(t.Context(), tt.weights, tt.features)
			errs = append(errs, err)
			_, err = p.Sample(t.Context(), tt.weights, tt.features, 1, 0)
			errs = append(errs, err)
			for _, m := range methods() {
				if s.options.has(m) {
					errs = append(errs, p.Gradient(t.Context(), m, make([]float64, 2), nil, tt.weights, batch, func(int, []float64, []float64) {}))
				}
			}
			for i, err := range errs {
				var op *circuits.OpError
				if !errors.As(err, &op) || op.Index != tt.index || !errors.Is(err, qsim.ErrNotFinite) {
					t.Errorf("call %d with %v: %v, want an error of operation %d that wraps %q", i, bad, err, tt.index, qsim.ErrNotFinite)
				}
			}
		}
	}
}
