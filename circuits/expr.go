package circuits

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Expr is a classical number that is computed when a circuit reaches it, from what was
// measured and from variables. Exactly one of its forms is given: a whole number; a
// polynomial in weights, features and variables; a variable; the number whose binary
// digits are Bits, the first the least significant; 1 or 0 as Test holds or not; or an
// operator with its arguments. An Expr is not modified once it is part of an operation,
// and may be shared.
type Expr struct {
	Whole *int64     `json:"whole,omitempty"`
	Angle *Angle     `json:"angle,omitempty"`
	Var   *int       `json:"var,omitempty"`
	Bits  []int      `json:"bits,omitempty"` // at most 63
	Test  *Condition `json:"test,omitempty"`
	Op    Operator   `json:"op,omitempty"`
	Args  []*Expr    `json:"args,omitempty"`
}

// WholeExpr is the whole number i, AngleExpr a real number, VarExpr a variable, BitsExpr
// the number of some bits, and TestExpr 1 where a condition holds, else 0.
func WholeExpr(i int64) *Expr { return &Expr{Whole: &i} }

// AngleExpr is the real number a.
func AngleExpr(a Angle) *Expr { return &Expr{Angle: &a} }

// VarExpr is variable v of the circuit.
func VarExpr(v int) *Expr { return &Expr{Var: &v} }

// BitsExpr is the number whose binary digits are the bits, the first the least
// significant. It keeps bits.
func BitsExpr(bits []int) *Expr { return &Expr{Bits: bits} }

// TestExpr is 1 where c holds, else 0.
func TestExpr(c Condition) *Expr { return &Expr{Test: &c} }

// Memory is what an [Expr] or a [Condition] reads: the classical bits and variables of one
// run, and the weights and features of its sample.
type Memory struct {
	Bits              []bool
	Vars              []Number
	Weights, Features []float64
}

// Eval is the value of e. The errors are those of [Operator.Apply].
func (e *Expr) Eval(m *Memory) (Number, error) {
	switch {
	case e.Whole != nil:
		return Whole(*e.Whole), nil
	case e.Angle != nil:
		return finite(e.Angle.In(m))
	case e.Var != nil:
		return m.Vars[*e.Var], nil
	case len(e.Bits) > 0:
		n := int64(0)
		for i, b := range e.Bits {
			n |= int64(b2i(m.Bits[b])) << i
		}
		return Whole(n), nil
	case e.Test != nil:
		holds, err := e.Test.In(m)
		return Whole(int64(b2i(holds))), err
	}
	a, err := e.Args[0].Eval(m)
	if err != nil {
		return Number{}, err
	}
	if len(e.Args) == 1 {
		return e.Op.ApplyUnary(a)
	}
	b, err := e.Args[1].Eval(m)
	if err != nil {
		return Number{}, err
	}
	return e.Op.Apply(a, b)
}

// In is the value of a in a run: as [Angle.Eval] with its variables.
func (a Angle) In(m *Memory) float64 {
	sum := 0.0
	for _, t := range a {
		p := t.Coef
		for _, v := range t.Vars {
			if v.Local {
				p *= m.Vars[v.Index].Value()
			} else {
				p *= v.value(m.Weights, m.Features)
			}
		}
		sum += p
	}
	return sum
}

// In reports whether c holds in a run. The errors are those of [Operator.Apply].
func (c *Condition) In(m *Memory) (bool, error) {
	switch {
	case c.Test != nil:
		n, err := c.Test.Eval(m)
		return n.Value() != 0, err
	case len(c.All) > 0, len(c.Any) > 0:
		list, stop := c.All, false
		if len(c.Any) > 0 {
			list, stop = c.Any, true
		}
		for i := range list {
			if holds, err := list[i].In(m); err != nil || holds == stop {
				return holds, err
			}
		}
		return !stop, nil
	}
	return c.Holds(func(i int) bool { return m.Bits[i] }), nil
}

// reads lists the bits and variables that e depends on behind bits and vars.
func (e *Expr) reads(bits, vars []int) ([]int, []int) {
	bits = append(bits, e.Bits...)
	if e.Var != nil {
		vars = append(vars, *e.Var)
	}
	if e.Angle != nil {
		vars = e.Angle.locals(vars)
	}
	if e.Test != nil {
		bits, vars = e.Test.reads(bits, vars)
	}
	for _, a := range e.Args {
		bits, vars = a.reads(bits, vars)
	}
	return bits, vars
}

// locals lists the variables of a behind dst.
func (a Angle) locals(dst []int) []int {
	for _, t := range a {
		for _, v := range t.Vars {
			if v.Local {
				dst = append(dst, v.Index)
			}
		}
	}
	return dst
}

// angles calls f for the polynomials in e.
func (e *Expr) angles(f func(Angle)) {
	if e.Angle != nil {
		f(*e.Angle)
	}
	if e.Test != nil {
		e.Test.angles(f)
	}
	for _, a := range e.Args {
		a.angles(f)
	}
}

// angles calls f for the polynomials in c.
func (c *Condition) angles(f func(Angle)) {
	if c == nil {
		return
	}
	if c.Test != nil {
		c.Test.angles(f)
	}
	for _, list := range [][]Condition{c.All, c.Any} {
		for i := range list {
			list[i].angles(f)
		}
	}
}

// maxExprBits bounds the bits of a number, which must not be negative.
const maxExprBits = 63

func (e *Expr) validate(clbits, vars, depth int) error {
	forms := b2i(e.Whole != nil) + b2i(e.Angle != nil) + b2i(e.Var != nil) + b2i(len(e.Bits) > 0) + b2i(e.Test != nil) + b2i(e.Op != "" || len(e.Args) > 0)
	switch {
	case forms != 1:
		return fmt.Errorf("a number of %d forms, needs one: %w", forms, ErrCondition)
	case depth > maxNesting:
		return fmt.Errorf("nested more than %d deep: %w", maxNesting, ErrCondition)
	case len(e.Args) > 0 && e.Op.arity() != len(e.Args), e.Op != "" && len(e.Args) == 0:
		return fmt.Errorf("operator %.20q of %d numbers: %w", string(e.Op), len(e.Args), ErrCondition)
	case len(e.Bits) > maxExprBits:
		return fmt.Errorf("a number of %d bits, at most %d: %w", len(e.Bits), maxExprBits, ErrCondition)
	case e.Var != nil && (*e.Var < 0 || *e.Var >= vars):
		return fmt.Errorf("variable %d of %d: %w", *e.Var, vars, ErrRange)
	case e.Test != nil:
		return e.Test.validate(clbits, vars, depth+1)
	case e.Angle != nil:
		return e.Angle.validate(vars)
	}
	for _, b := range e.Bits {
		if b < 0 || b >= clbits {
			return fmt.Errorf("classical bit %d of %d: %w", b, clbits, ErrRange)
		}
	}
	for _, a := range e.Args {
		if a == nil {
			return fmt.Errorf("operator %.20q of nothing: %w", string(e.Op), ErrCondition)
		}
		if err := a.validate(clbits, vars, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// String writes e for people, as in OpenQASM, with variables v0, v1, ….
func (e *Expr) String() string {
	switch {
	case e.Whole != nil:
		return strconv.FormatInt(*e.Whole, 10)
	case e.Angle != nil:
		return e.Angle.String()
	case e.Var != nil:
		return Var{Local: true, Index: *e.Var}.String()
	case len(e.Bits) == 1:
		return fmt.Sprintf("c%d", e.Bits[0])
	case len(e.Bits) > 0:
		return bitList(e.Bits)
	case e.Test != nil:
		return e.Test.String()
	case len(e.Args) == 1 && e.Op == Minus:
		return "-" + e.Args[0].inner()
	case len(e.Args) == 1 && e.Op == Invert:
		return "~" + e.Args[0].inner()
	case len(e.Args) == 1:
		return string(e.Op) + "(" + e.Args[0].String() + ")"
	case len(e.Args) == 2:
		return e.Args[0].inner() + string(e.Op) + e.Args[1].inner()
	}
	return "?"
}

// inner is e as part of a larger expression.
func (e *Expr) inner() string {
	text := e.String()
	if e.Test != nil || len(e.Args) == 2 || e.Angle != nil && strings.ContainsAny(text, "+-*") || strings.HasPrefix(text, "-") {
		return "(" + text + ")"
	}
	return text
}

// VarType is the type of a variable of a circuit.
type VarType string

// The types of variables: whole numbers of 64 bits and real numbers.
const (
	WholeVar VarType = "int"
	RealVar  VarType = "float"
)

// Hold is n as a variable of type t holds it.
func (t VarType) Hold(n Number) (Number, error) {
	if t == RealVar {
		return ToReal.ApplyUnary(n)
	}
	return Truncate.ApplyUnary(n)
}

// Zeros are the variables of a circuit at the start of a run.
func (c *Circuit) Zeros() []Number {
	out := make([]Number, len(c.Vars))
	for i, t := range c.Vars {
		out[i].Real = t == RealVar
	}
	return out
}

// Loops finds, for every [GateLoop] and [GateEnd] of c, the other that it belongs to, by
// the indices of the operations. The error is an [*OpError] that wraps [ErrCondition] and
// names one that has no other.
func (c *Circuit) Loops() (map[int]int, error) {
	pairs := map[int]int{}
	var open []int
	for i := range c.Ops {
		switch c.Ops[i].Gate {
		case GateLoop:
			if open = append(open, i); len(open) > maxNesting {
				return nil, &OpError{Index: i, Gate: GateLoop, Err: fmt.Errorf("nested more than %d deep: %w", maxNesting, ErrCondition)}
			}
		case GateEnd:
			if len(open) == 0 {
				return nil, &OpError{Index: i, Gate: GateEnd, Err: fmt.Errorf("end without a loop: %w", ErrCondition)}
			}
			start := open[len(open)-1]
			open = open[:len(open)-1]
			pairs[start], pairs[i] = i, start
		default:
		}
	}
	if len(open) > 0 {
		i := slices.Max(open)
		return nil, &OpError{Index: i, Gate: GateLoop, Err: fmt.Errorf("loop without its end: %w", ErrCondition)}
	}
	return pairs, nil
}

// maxVars bounds the variables of a circuit.
const maxVars = 1_000_000

// substitute is e with its polynomials replaced.
func (e *Expr) substitute(f func(Var) (Angle, bool)) *Expr {
	if e == nil {
		return nil
	}
	out := *e
	if e.Angle != nil {
		out.Angle = new(e.Angle.Substitute(f))
	}
	if e.Test != nil {
		out.Test = e.Test.substitute(f)
	}
	out.Args = nil
	for _, a := range e.Args {
		out.Args = append(out.Args, a.substitute(f))
	}
	return &out
}

// substitute is c with the polynomials in it replaced.
func (c *Condition) substitute(f func(Var) (Angle, bool)) *Condition {
	if c == nil || !c.Numeric() {
		return c
	}
	out := *c
	out.Test = c.Test.substitute(f)
	out.All, out.Any = slices.Clone(c.All), slices.Clone(c.Any)
	for _, list := range [][]Condition{out.All, out.Any} {
		for i := range list {
			list[i] = *list[i].substitute(f)
		}
	}
	return &out
}

// Substitute returns c with every symbol v for which f(v) reports true replaced by the
// angle that f gives, in gates, conditions and numbers.
func (c *Circuit) Substitute(f func(Var) (Angle, bool)) *Circuit {
	out := c.Clone()
	done := map[*Condition]*Condition{} // operations of a block share their condition
	replace := func(c *Condition) *Condition {
		if c == nil {
			return nil
		}
		if done[c] == nil {
			done[c] = c.substitute(f)
		}
		return done[c]
	}
	for i := range out.Ops {
		op := &out.Ops[i]
		for k, a := range op.Angles {
			op.Angles[k] = a.Substitute(f)
		}
		op.If, op.Value = replace(op.If), replace(op.Value)
	}
	return out
}
