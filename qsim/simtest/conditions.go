package simtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// conditions compares counts of circuits that act on measured bits with the exact
// distribution.
func (s suite) conditions(t *testing.T) {
	a, bit, are := circuits.Const, circuits.BitIs, circuits.BitsAre
	teleport := circuits.New(3).RY(a(1), 0).H(1).CX(1, 2).CX(0, 1).H(0).Measure(0, 0).Measure(1, 1).
		X(2).If(bit(1, true)).Z(2).If(bit(0, true)).RY(a(-1), 2).Measure(2, 2)
	hidden := circuits.New(2).H(0).H(1).Measure(0, 0).Measure(1, 1).Store(2, bit(0, true).Both(bit(1, false))).X(0).If(bit(2, true)).Measure(0, 0)
	hidden.Hidden = 1
	tests := []struct {
		name string
		c    *circuits.Circuit
	}{
		{"teleportation", teleport},
		{"reset by feedback", circuits.New(1).RY(a(1), 0).Measure(0, 0).X(0).If(bit(0, true)).Measure(0, 1)},
		{"bit that was never written", circuits.New(1).X(0).If(bit(0, false)).Measure(0, 0)},
		{"numbers", circuits.New(3).H(0).RY(a(1), 1).Measure(0, 0).Measure(1, 1).X(2).If(are([]int{1, 0}, circuits.Less, 2)).
			H(2).If(are([]int{0, 1}, circuits.GreaterEqual, 2)).Measure(2, 2)},
		{"measurement under a condition", circuits.New(2).H(0).H(1).Measure(0, 0).Measure(1, 1).If(bit(0, true))},
		{"reset under a condition", circuits.New(2).H(0).H(1).Measure(0, 0).Reset(1).If(bit(0, true)).Measure(1, 1)},
		{"multi-qubit gate", circuits.New(3).H(0).H(1).Measure(0, 0).CX(1, 2).If(bit(0, true)).Measure(1, 1).Measure(2, 2)},
		{"stored bit", circuits.New(2).H(0).H(1).Measure(0, 0).Measure(1, 1).Store(2, bit(0, true).Either(bit(1, true))).X(0).If(bit(2, true)).Measure(0, 3)},
		{"stored under a condition", circuits.New(2).H(0).H(1).Measure(0, 0).Measure(1, 1).Store(0, bit(1, false)).If(bit(0, true))},
		{"hidden bit", hidden},
		{"gates that all runs share and others", circuits.New(4).H(0).CX(0, 1).RY(a(0.7), 2).Measure(1, 0).RY(a(0.4), 2).H(3).X(3).If(bit(0, true)).CX(2, 3).MeasureAll()},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { s.checkCounts(t, tt.c, 4000, uint64(i)) })
	}
}

// randomConditions does the same on random circuits with measurements, resets, stored
// bits and conditions strewn in.
func (s suite) randomConditions(t *testing.T) {
	rng := source(410)
	for i := range 12 {
		n := 1 + i%3
		c := &circuits.Circuit{Qubits: n, Clbits: 4, Hidden: i % 2}
		for range 5 {
			part := Random(rng, n, 3, 0, 0)
			part.Measure(rng.IntN(n), rng.IntN(4))
			switch rng.IntN(3) {
			case 0:
				part.Reset(rng.IntN(n))
			case 1:
				part.Store(rng.IntN(4), randomCondition(rng, 2))
			}
			for k := range part.Ops {
				if rng.IntN(2) == 0 {
					condition := randomCondition(rng, 2)
					part.Ops[k].If = &condition
				}
			}
			c.Ops = append(c.Ops, part.Ops...)
		}
		s.checkCounts(t, c, 2000, uint64(i))
	}
}

// randomCondition is on 4 classical bits.
func randomCondition(rng *rand.Rand, depth int) circuits.Condition {
	if depth == 0 || rng.IntN(2) == 0 {
		is := []circuits.Comparison{circuits.Equal, circuits.Unequal, circuits.Less, circuits.LessEqual, circuits.Greater, circuits.GreaterEqual}
		bits := rng.Perm(4)[:1+rng.IntN(4)]
		return circuits.BitsAre(bits, is[rng.IntN(len(is))], rng.Uint64N(1+1<<len(bits)))
	}
	c, d := randomCondition(rng, depth-1), randomCondition(rng, depth-1)
	switch rng.IntN(3) {
	case 0:
		return c.Both(d)
	case 1:
		return c.Either(d)
	}
	return c.Not()
}

// programs compares counts of circuits with loops and variables with the exact
// distribution.
func (s suite) programs(t *testing.T) {
	a, bit, whole, v := circuits.Const, circuits.BitIs, circuits.WholeExpr, circuits.VarExpr
	op := func(op circuits.Operator, args ...*circuits.Expr) *circuits.Expr {
		return &circuits.Expr{Op: op, Args: args}
	}
	is := func(e *circuits.Expr) circuits.Condition { return circuits.Condition{Test: e} }
	with := func(n int, vars ...circuits.VarType) *circuits.Circuit {
		return &circuits.Circuit{Qubits: n, Vars: vars}
	}
	const integer, number = circuits.WholeVar, circuits.RealVar
	tests := []struct {
		name string
		c    *circuits.Circuit
	}{
		{"until success", with(2).Loop(bit(0, false)).H(0).CX(0, 1).Measure(0, 0).RY(a(0.7), 1).End().Measure(1, 1)},
		{"loop that is not entered", with(1).RY(a(1), 0).Loop(bit(0, true)).X(0).End().Measure(0, 0)},
		{"nested loops", with(2).Loop(circuits.BitsAre([]int{0, 1}, circuits.Less, 3)).Loop(bit(0, false)).RY(a(1), 0).Measure(0, 0).End().
			Store(0, bit(1, true)).RY(a(2), 1).Measure(1, 1).End().Measure(0, 2)},
		{"sum of bits", with(3, integer).H(0).RY(a(1), 1).Measure(0, 0).Measure(1, 1).
			Set(0, op(circuits.Add, v(0), whole(1))).If(bit(0, true)).Set(0, op(circuits.Add, v(0), whole(1))).If(bit(1, true)).
			X(2).If(is(op(circuits.Operator(circuits.Equal), v(0), whole(1)))).Measure(2, 2)},
		{"measured angle", with(2, number).H(0).Measure(0, 0).Set(0, op(circuits.Multiply, circuits.BitsExpr([]int{0}), circuits.AngleExpr(a(0.9)))).
			RY(circuits.Variable(0).Scale(2).Plus(a(0.3)), 1).Measure(1, 1)},
		{"counted rounds", with(2, integer, number).H(1).Measure(1, 3).Loop(is(op(circuits.Operator(circuits.Less), v(0), op(circuits.Add, whole(2), circuits.BitsExpr([]int{3}))))).
			Set(0, op(circuits.Add, v(0), whole(1))).Set(1, op(circuits.Divide, circuits.AngleExpr(a(1)), v(0))).RY(circuits.Variable(1), 0).End().Measure(0, 0)},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { s.checkCounts(t, tt.c, 4000, uint64(i)) })
	}
	failing := map[error]*circuits.Circuit{
		circuits.ErrNotFinite: with(1, integer).Set(0, op(circuits.Modulo, whole(1), circuits.BitsExpr([]int{0}))).Measure(0, 0),
		circuits.ErrRange:     with(1, integer).Set(0, op(circuits.ShiftLeft, whole(3), whole(62))).Measure(0, 0),
		circuits.ErrSyntax:    with(1, integer).Measure(0, 0).X(0).If(is(op(circuits.Xor, circuits.AngleExpr(a(1)), whole(1)))),
	}
	for cause, c := range failing {
		if _, err := s.must(t, c).Sample(t.Context(), nil, nil, 10, 1); !errors.Is(err, cause) {
			t.Errorf("error %v, want %v", err, cause)
		}
	}
}

// unfinished wants the error of a shot that stays in a loop, and none of one that does
// not come there, and that a loop without end can be cancelled.
func (s suite) unfinished(t *testing.T) {
	for _, one := range []bool{false, true} {
		c := circuits.New(1).X(0).Measure(0, 0)
		c.Loop(circuits.BitIs(0, one)).End()
		p := s.must(t, c)
		if _, err := p.Sample(t.Context(), nil, nil, 10, 1); errors.Is(err, qsim.ErrUnfinished) != one {
			t.Errorf("a loop where the bit is %v: error %v", one, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.Sample(ctx, nil, nil, 10, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: error %v", err)
		}
	}
}
