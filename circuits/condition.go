package circuits

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Comparison is how a [Condition] compares two whole numbers.
type Comparison string

// The comparisons, written as in OpenQASM.
const (
	Equal        Comparison = "=="
	Unequal      Comparison = "!="
	Less         Comparison = "<"
	LessEqual    Comparison = "<="
	Greater      Comparison = ">"
	GreaterEqual Comparison = ">="
)

// Condition is a statement about classical bits that holds or does not when a
// circuit reaches it: the number whose binary digits are Bits, the first the least
// significant, compared with Value; or all of All; or one of Any at least. Exactly
// one of Is, All, Any and Test is given. Without Bits the number is 0, so that a
// constant is a condition too. Or else Test is not 0. A Condition is not modified once it is part of an
// operation, and may be shared.
type Condition struct {
	Bits  []int       `json:"bits,omitempty"`
	Is    Comparison  `json:"is,omitempty"`
	Value *big.Int    `json:"value,omitempty"` // 0 or more
	All   []Condition `json:"all,omitempty"`
	Any   []Condition `json:"any,omitempty"`
	Test  *Expr       `json:"test,omitempty"`
}

// BitIs is the condition that a bit is 1, or 0.
func BitIs(bit int, one bool) Condition { return BitsAre([]int{bit}, Equal, number(one)) }

// BitsAre compares the number of the bits, the first the least significant, with
// value. It keeps bits.
func BitsAre(bits []int, is Comparison, value uint64) Condition {
	return Condition{Bits: bits, Is: is, Value: new(big.Int).SetUint64(value)}
}

// Always is a condition that holds, or never does.
func Always(holds bool) Condition { return BitsAre(nil, Equal, 1-number(holds)) }

func number(one bool) uint64 {
	if one {
		return 1
	}
	return 0
}

// Both is the condition that c and d hold. Conditions of All become one list.
func (c Condition) Both(d Condition) Condition {
	out := Condition{}
	for _, part := range []Condition{c, d} {
		if len(part.All) > 0 {
			out.All = append(out.All, part.All...)
		} else {
			out.All = append(out.All, part)
		}
	}
	return out
}

// Either is the condition that c or d holds, or both. Conditions of Any become one
// list.
func (c Condition) Either(d Condition) Condition {
	return c.Not().Both(d.Not()).Not()
}

// Not is the condition that c does not hold.
func (c Condition) Not() Condition {
	switch {
	case len(c.All) > 0:
		return Condition{Any: negated(c.All)}
	case len(c.Any) > 0:
		return Condition{All: negated(c.Any)}
	case c.Test != nil:
		return Condition{Test: c.Test.not()}
	case len(c.Bits) == 1 && c.Is == Equal && c.Value.IsUint64() && c.Value.Uint64() < 2:
		return BitIs(c.Bits[0], c.Value.Sign() == 0)
	}
	c.Is = c.Is.not()
	return c
}

func (is Comparison) not() Comparison {
	switch is {
	case Equal:
		return Unequal
	case Unequal:
		return Equal
	case Less:
		return GreaterEqual
	case LessEqual:
		return Greater
	case Greater:
		return LessEqual
	default:
		return Less
	}
}

func negated(list []Condition) []Condition {
	out := make([]Condition, len(list))
	for i, c := range list {
		out[i] = c.Not()
	}
	return out
}

// not is 1 where e is 0, and 0 elsewhere.
func (e *Expr) not() *Expr {
	if is := Comparison(e.Op); len(e.Args) == 2 && is.valid() {
		return &Expr{Op: Operator(is.not()), Args: e.Args}
	}
	return &Expr{Op: Operator(Equal), Args: []*Expr{e, WholeExpr(0)}}
}

// Holds reports whether c holds where bit tells the value of a classical bit. A condition
// with numbers in it ([Condition.Numeric]) needs [Condition.In].
func (c *Condition) Holds(bit func(int) bool) bool {
	switch {
	case len(c.All) > 0:
		for i := range c.All {
			if !c.All[i].Holds(bit) {
				return false
			}
		}
		return true
	case len(c.Any) > 0:
		for i := range c.Any {
			if c.Any[i].Holds(bit) {
				return true
			}
		}
		return false
	}
	return c.Is.of(c.compare(bit))
}

// compare is the sign of the number of the bits minus Value.
func (c *Condition) compare(bit func(int) bool) int {
	if c.Value.BitLen() > len(c.Bits) {
		return -1
	}
	for i, b := range slices.Backward(c.Bits) {
		if one := bit(b); one != (c.Value.Bit(i) == 1) {
			return 2*int(number(one)) - 1
		}
	}
	return 0
}

// of reports whether a number compares so with another, given the sign of their
// difference.
func (is Comparison) of(sign int) bool {
	switch is {
	case Equal:
		return sign == 0
	case Unequal:
		return sign != 0
	case Less:
		return sign < 0
	case LessEqual:
		return sign <= 0
	case Greater:
		return sign > 0
	default:
		return sign >= 0
	}
}

// Reads appends the bits that c depends on to dst, some maybe twice.
func (c *Condition) Reads(dst []int) []int {
	bits, _ := c.reads(dst, nil)
	return bits
}

// reads lists the bits and variables that c depends on behind bits and vars.
func (c *Condition) reads(bits, vars []int) ([]int, []int) {
	bits = append(bits, c.Bits...)
	if c.Test != nil {
		bits, vars = c.Test.reads(bits, vars)
	}
	for _, list := range [][]Condition{c.All, c.Any} {
		for i := range list {
			bits, vars = list[i].reads(bits, vars)
		}
	}
	return bits, vars
}

// Locals appends the variables that c depends on to dst, some maybe twice.
func (c *Condition) Locals(dst []int) []int {
	_, vars := c.reads(nil, dst)
	return vars
}

// Numeric reports whether c depends on an [Expr], and may therefore fail.
func (c *Condition) Numeric() bool {
	inner := func(d Condition) bool { return d.Numeric() }
	return c.Test != nil || slices.ContainsFunc(c.All, inner) || slices.ContainsFunc(c.Any, inner)
}

// valid reports whether is is one of the comparisons.
func (is Comparison) valid() bool {
	switch is {
	case Equal, Unequal, Less, LessEqual, Greater, GreaterEqual:
		return true
	default:
		return false
	}
}

// maxNesting bounds how deep a condition is nested.
const maxNesting = 300

func (c *Condition) validate(clbits, vars, depth int) error {
	forms := 0
	for _, given := range []bool{c.Is != "" || c.Value != nil || len(c.Bits) > 0, len(c.All) > 0, len(c.Any) > 0, c.Test != nil} {
		if given {
			forms++
		}
	}
	switch {
	case forms != 1:
		return fmt.Errorf("needs one of a comparison, all, any and test: %w", ErrCondition)
	case depth > maxNesting:
		return fmt.Errorf("nested more than %d deep: %w", maxNesting, ErrCondition)
	case c.Test != nil:
		return c.Test.validate(clbits, vars, depth+1)
	case len(c.All)+len(c.Any) == 0 && !c.Is.valid():
		return fmt.Errorf("unknown comparison %.20q: %w", c.Is, ErrCondition)
	case len(c.All)+len(c.Any) == 0 && (c.Value == nil || c.Value.Sign() < 0):
		return fmt.Errorf("compares with a number that is missing or below 0: %w", ErrCondition)
	}
	for _, b := range c.Bits {
		if b < 0 || b >= clbits {
			return fmt.Errorf("condition on classical bit %d of %d: %w", b, clbits, ErrRange)
		}
	}
	for _, list := range [][]Condition{c.All, c.Any} {
		for i := range list {
			if err := list[i].validate(clbits, vars, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// String writes c for people: c0, !c1, c[0:2]==5, c[0,2]<3, joined by && and ||.
func (c *Condition) String() string { return c.text(false) }

func (c *Condition) text(inner bool) string {
	list, sign := c.All, "&&"
	if len(c.Any) > 0 {
		list, sign = c.Any, "||"
	}
	if len(list) > 0 {
		parts := make([]string, len(list))
		for i := range list {
			parts[i] = list[i].text(true)
		}
		if text := strings.Join(parts, sign); !inner || len(parts) == 1 {
			return text
		}
		return "(" + strings.Join(parts, sign) + ")"
	}
	if c.Test != nil {
		if inner {
			return c.Test.inner()
		}
		return c.Test.String()
	}
	switch one, ok := c.bit(); {
	case ok && one:
		return fmt.Sprintf("c%d", c.Bits[0])
	case ok:
		return fmt.Sprintf("!c%d", c.Bits[0])
	case len(c.Bits) == 0:
		return fmt.Sprint(c.Is.of(c.compare(nil)))
	}
	return fmt.Sprintf("%s%s%v", bitList(c.Bits), c.Is, c.Value)
}

// bit reports whether c says that one bit is 1 or 0, and which.
func (c *Condition) bit() (one, ok bool) {
	if len(c.Bits) != 1 || c.Is != Equal || c.Value.BitLen() > 1 {
		return false, false
	}
	return c.Value.Sign() > 0, true
}

// bitList writes c[0:2] for consecutive bits, else c[0,2].
func bitList(bits []int) string {
	consecutive := len(bits) > 1
	for i, b := range bits {
		consecutive = consecutive && b == bits[0]+i
	}
	if consecutive {
		return fmt.Sprintf("c[%d:%d]", bits[0], bits[len(bits)-1])
	}
	return strings.ReplaceAll(fmt.Sprint("c", bits), " ", ",")
}
