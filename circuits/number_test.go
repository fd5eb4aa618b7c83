package circuits_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// exactly is op of two whole numbers of any size; ok is false where it has no value.
func exactly(op circuits.Operator, a, b int64) (out *big.Int, ok bool) {
	x, y := big.NewInt(a), big.NewInt(b)
	switch op {
	case circuits.Add:
		return x.Add(x, y), true
	case circuits.Subtract:
		return x.Sub(x, y), true
	case circuits.Multiply:
		return x.Mul(x, y), true
	case circuits.Divide:
		if b == 0 {
			return nil, false
		}
		return x.Quo(x, y), true
	case circuits.Power:
		return x.Exp(x, y, nil), true
	case circuits.Xor:
		return x.Xor(x, y), true
	case circuits.And:
		return x.And(x, y), true
	case circuits.Or:
		return x.Or(x, y), true
	case circuits.ShiftLeft:
		if b < 0 {
			return nil, false
		}
		return x.Lsh(x, uint(b)), true
	default: // ShiftRight
		if b < 0 {
			return nil, false
		}
		return x.Rsh(x, uint(b)), true
	}
}

// TestWholeNumbersAreExact: a result is the one that numbers of any size have, or an error
// where it does not fit into 64 bits.
func TestWholeNumbersAreExact(t *testing.T) {
	const least, most = math.MinInt64, math.MaxInt64
	numbers := []int64{
		least, least + 1, -1 << 62, -3_037_000_500, -3_037_000_499, -7, -3, -2, -1, 0, 1, 2, 3, 7, 31, 39, 40, 61, 62, 63, 64, 65, 100,
		3_037_000_499, 3_037_000_500, 1<<32 - 1, 1 << 32, 1<<53 + 1, 1 << 61, 1 << 62, most / 3, most - 1, most,
	}
	small := slices.DeleteFunc(slices.Clone(numbers), func(v int64) bool { return v < -3 || v > 100 })
	for op, second := range map[circuits.Operator][]int64{
		circuits.Add: numbers, circuits.Subtract: numbers, circuits.Multiply: numbers, circuits.Divide: numbers,
		circuits.Xor: numbers, circuits.And: numbers, circuits.Or: numbers, circuits.ShiftLeft: small, circuits.ShiftRight: small,
		circuits.Power: slices.DeleteFunc(slices.Clone(small), func(v int64) bool { return v < 0 }),
	} {
		for _, a := range numbers {
			for _, b := range second {
				got, err := op.Apply(circuits.Whole(a), circuits.Whole(b))
				want, ok := exactly(op, a, b)
				if !ok || !want.IsInt64() {
					if !errors.Is(err, circuits.ErrRange) && !errors.Is(err, circuits.ErrNotFinite) {
						t.Errorf("%d %s %d is %v, %v, want an error", a, op, b, got, err)
					}
					continue
				}
				if err != nil || got != circuits.Whole(want.Int64()) {
					t.Errorf("%d %s %d is %v, %v, want %v", a, op, b, got, err, want)
				}
			}
		}
	}
	if _, err := circuits.Minus.ApplyUnary(circuits.Whole(least)); !errors.Is(err, circuits.ErrRange) {
		t.Errorf("minus the least number: error %v, want ErrRange", err)
	}
	if got, err := circuits.Operator(circuits.Less).Apply(circuits.Whole(1<<53), circuits.Whole(1<<53+1)); err != nil || got != circuits.Whole(1) {
		t.Errorf("numbers beyond 2⁵³ compare as %v, %v", got, err)
	}
}

// TestWhatAnExpressionReads: bits and variables are found in all forms of a number and of a
// condition, in angles too.
func TestWhatAnExpressionReads(t *testing.T) {
	angle := circuits.AngleExpr(circuits.Variable(4).Times(circuits.Weight(0)).Plus(circuits.Variable(2)))
	inner := circuits.BitsAre([]int{5, 3}, circuits.Less, 2).Both(circuits.Condition{Test: angle})
	e := &circuits.Expr{Op: circuits.Add, Args: []*circuits.Expr{circuits.TestExpr(inner), {Op: circuits.Multiply, Args: []*circuits.Expr{circuits.VarExpr(1), circuits.BitsExpr([]int{0, 7})}}}}
	c := circuits.Condition{Any: []circuits.Condition{circuits.BitIs(9, true), {Test: e}}}
	bits, vars := c.Reads(nil), c.Locals(nil)
	slices.Sort(bits)
	slices.Sort(vars)
	if !slices.Equal(bits, []int{0, 3, 5, 7, 9}) || !slices.Equal(vars, []int{1, 2, 4}) {
		t.Errorf("reads the bits %v and the variables %v", bits, vars)
	}
	if !c.Numeric() {
		t.Error("it has numbers in it")
	}
}
