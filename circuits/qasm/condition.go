package qasm

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// conditions says which conditions on classical bits a dialect can express.
type conditions uint8

const (
	noConditions     conditions = iota
	registerEquality            // if(c==3) before one statement
	anyCondition                // if (c == 3) { … } with any condition, and bits that are stored
	anyProgram                  // and while (…) { … }, and variables
)

// bitRegisters are the registers that hold the classical bits, in order: one, or
// several where conditions compare the numbers of some of the bits.
type bitRegisters []Register

// newBitRegisters makes a register of every run of bits that a condition compares as
// a number, as far as such runs do not overlap, and of what is between them, hidden bits
// apart from others.
func newBitRegisters(c *circuits.Circuit, name string, can conditions) bitRegisters {
	var runs []Register
	for _, op := range c.Ops {
		for _, condition := range []*circuits.Condition{op.If, op.Value} {
			if condition != nil {
				runs = addRuns(runs, condition, can)
			}
		}
	}
	slices.SortFunc(runs, func(a, b Register) int { return a.First - b.First })
	var out bitRegisters
	next := 0
	visible := c.Clbits - c.Hidden
	for _, r := range append(runs, Register{First: c.Clbits}) {
		if next < visible && r.First > visible {
			out = append(out, Register{First: next, Size: visible - next})
			next = visible
		}
		if r.First > next {
			out = append(out, Register{First: next, Size: r.First - next})
		}
		if r.Size > 0 {
			out = append(out, r)
		}
		next = r.First + r.Size
	}
	for i := range out {
		if out[i].Name = name; len(out) > 1 {
			out[i].Name = fmt.Sprintf("%s%d", name, i)
		}
	}
	return out
}

// addRuns adds the runs of bits that c compares. Where one overlaps others, it is left
// out, or, in a dialect that compares registers only, joined with them.
func addRuns(runs []Register, c *circuits.Condition, can conditions) []Register {
	if c.Test != nil {
		return runs // which are written bit by bit
	}
	for _, list := range [][]circuits.Condition{c.All, c.Any} {
		for i := range list {
			runs = addRuns(runs, &list[i], can)
		}
	}
	if len(c.Bits) == 0 || can >= anyCondition && (len(c.Bits) == 1 || !consecutive(c.Bits)) {
		return runs
	}
	run := Register{First: slices.Min(c.Bits)}
	run.Size = slices.Max(c.Bits) - run.First + 1
	overlaps := func(r Register) bool { return r.First < run.First+run.Size && run.First < r.First+r.Size }
	if slices.Contains(runs, run) || can >= anyCondition && slices.ContainsFunc(runs, overlaps) {
		return runs
	}
	for _, r := range runs {
		if overlaps(r) {
			end := max(run.First+run.Size, r.First+r.Size)
			run.First = min(run.First, r.First)
			run.Size = end - run.First
		}
	}
	return append(slices.DeleteFunc(runs, overlaps), run)
}

func consecutive(bits []int) bool {
	for i, b := range bits {
		if b != bits[0]+i {
			return false
		}
	}
	return true
}

// of is the register of a bit.
func (b bitRegisters) of(bit int) Register {
	i, found := slices.BinarySearchFunc(b, bit, func(r Register, bit int) int { return r.First - bit })
	if !found {
		i--
	}
	return b[i]
}

// name is how a program calls a bit.
func (b bitRegisters) name(bit int) string {
	r := b.of(bit)
	return fmt.Sprintf("%s[%d]", r.Name, bit-r.First)
}

// mostBits bounds the bits of a number that is compared bit by bit, and mostValues
// the values of a register that a condition is spelt out for.
const (
	mostBits   = 64
	mostValues = 64
)

// condition writes c in OpenQASM 3.
func (e *encoder) condition(c *circuits.Condition) (string, error) {
	if c.Test != nil {
		return e.number(c.Test)
	}
	list, sign := c.All, " && "
	if len(c.Any) > 0 {
		list, sign = c.Any, " || "
	}
	if len(list) > 0 {
		parts := make([]string, len(list))
		for i := range list {
			var err error
			if parts[i], err = e.condition(&list[i]); err != nil {
				return "", err
			}
			if len(list[i].All)+len(list[i].Any) > 0 {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, sign), nil
	}
	switch {
	case len(c.Bits) == 0:
		return fmt.Sprint(c.Holds(nil)), nil
	case len(c.Bits) == 1 && c.Is == circuits.Equal && c.Value.BitLen() <= 1:
		return strings.Repeat("!", 1-int(c.Value.Bit(0))) + e.bits.name(c.Bits[0]), nil
	case len(c.Bits) > 1 && consecutive(c.Bits) && e.bits.of(c.Bits[0]) == (Register{e.bits.of(c.Bits[0]).Name, c.Bits[0], len(c.Bits)}) && c.Value.BitLen() <= 63:
		return fmt.Sprintf("%s %s %v", e.bits.of(c.Bits[0]).Name, c.Is, c.Value), nil
	case len(c.Bits) > mostBits && c.Is != circuits.Equal && c.Is != circuits.Unequal:
		return "", fmt.Errorf("comparison of %d bits: %w", len(c.Bits), circuits.ErrBasis)
	}
	lowered := bitwise(*c)
	return e.condition(&lowered)
}

// bitwise is a comparison as conditions on single bits.
func bitwise(c circuits.Condition) circuits.Condition {
	switch c.Is {
	case circuits.Unequal, circuits.Greater, circuits.GreaterEqual:
		return bitwise(c.Not()).Not()
	default:
	}
	if c.Value.BitLen() > len(c.Bits) {
		return circuits.Always(c.Is != circuits.Equal)
	}
	out := circuits.Always(c.Is != circuits.Less)
	for i, bit := range c.Bits { // out compares the bits below i
		zero := circuits.BitIs(bit, false)
		switch {
		case c.Is == circuits.Equal && i == 0:
			out = circuits.BitIs(bit, c.Value.Bit(i) == 1)
		case c.Is == circuits.Equal:
			out = out.Both(circuits.BitIs(bit, c.Value.Bit(i) == 1))
		case c.Value.Bit(i) == 1:
			out = zero.Either(out)
		default:
			out = zero.Both(out)
		}
	}
	return out
}

// values lists the values of one register for which c holds. It fails where c reads
// more than one register, or one of too many values.
func (b bitRegisters) values(c *circuits.Condition) (Register, []*big.Int, error) {
	refuse := fmt.Errorf("condition %v, OpenQASM 2 compares one register with a number: %w", c, circuits.ErrBasis)
	reads := c.Reads(nil)
	if len(reads) == 0 {
		return Register{}, nil, refuse
	}
	r := b.of(reads[0])
	if c.Is == circuits.Equal && consecutive(c.Bits) && r.First == c.Bits[0] && r.Size == len(c.Bits) {
		return r, []*big.Int{c.Value}, nil
	}
	if r.Size > 62 || 1<<r.Size > mostValues || slices.ContainsFunc(reads, func(bit int) bool { return b.of(bit) != r }) {
		return r, nil, refuse
	}
	var out []*big.Int
	for v := range 1 << r.Size {
		if c.Holds(func(bit int) bool { return v>>(bit-r.First)&1 == 1 }) {
			out = append(out, big.NewInt(int64(v)))
		}
	}
	return r, out, nil
}

// variable is the name of a variable of the circuit.
func variable(i int) string { return fmt.Sprintf("v%d", i) }

// number writes x in OpenQASM 3, in parentheses where it has parts.
func (e *encoder) number(x *circuits.Expr) (string, error) {
	switch {
	case x.Whole != nil && *x.Whole == math.MinInt64:
		return "(-9223372036854775807 - 1)", nil
	case x.Whole != nil && *x.Whole < 0:
		return fmt.Sprintf("(%d)", *x.Whole), nil
	case x.Whole != nil:
		return fmt.Sprint(*x.Whole), nil
	case x.Angle != nil:
		return "(" + e.expression(*x.Angle) + ")", nil
	case x.Var != nil:
		return variable(*x.Var), nil
	case len(x.Bits) > 0:
		parts := make([]string, len(x.Bits))
		for i, b := range x.Bits {
			parts[i] = fmt.Sprintf("int(%s)", e.bits.name(b))
			if i > 0 {
				parts[i] += fmt.Sprintf(" * %d", int64(1)<<i)
			}
		}
		return "(" + strings.Join(parts, " + ") + ")", nil
	case x.Test != nil:
		text, err := e.condition(x.Test)
		return "int(" + text + ")", err
	}
	args := make([]string, len(x.Args))
	for i, a := range x.Args {
		var err error
		if args[i], err = e.number(a); err != nil {
			return "", err
		}
	}
	switch {
	case x.Op == circuits.Minus:
		return "(-" + args[0] + ")", nil
	case x.Op == circuits.Invert:
		return "(~" + args[0] + ")", nil
	case len(args) == 1:
		return string(x.Op) + "(" + args[0] + ")", nil
	}
	return "(" + args[0] + " " + string(x.Op) + " " + args[1] + ")", nil
}
