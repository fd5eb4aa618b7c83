package simtest

import (
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

// unfinished wants the error of a shot that reaches a fail, and none of one that does
// not.
func (s suite) unfinished(t *testing.T) {
	for _, one := range []bool{false, true} {
		c := circuits.New(1).X(0).Measure(0, 0)
		c.Append(circuits.GateFail, nil).If(circuits.BitIs(0, one))
		if _, err := s.must(t, c).Sample(t.Context(), nil, nil, 10, 1); errors.Is(err, qsim.ErrUnfinished) != one {
			t.Errorf("fail where the bit is %v: error %v", one, err)
		}
	}
}
