package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// variables changes what variables, arrays and classical bits hold.
type variables struct {
	*evaluator
	settings int               // of variables that are known, so far
	changed  []map[*entry]bool // for each open loop of the circuit the variables from outside that it changes
}

// assign lowers i = expression;, c[0] = measure q; and the like, where e is what the name
// stands for.
func (s *variables) assign(a *syntax.Assign, e *entry) {
	switch {
	case e == nil || s.version == 2 || s.place == inGate:
		s.fail(a.At.Pos, circuits.ErrUnknown, "gate %.80q is not defined", s.text.Text(a.At))
	case e.kind == entryBits:
		s.assignBits(a)
	case e.kind == entryArray:
		s.assignArray(a, e)
	case e.kind == entryDef:
		s.expectedAt(`"("`, int32(a.At.End))
	case e.kind != entryValue:
		s.fail(a.At.Pos, circuits.ErrSyntax, "expected a statement, found %s %s", e.kind, s.text.Found(a.At))
	case e.constant || e.typ == syntax.Duration:
		s.fail(a.At.Pos, circuits.ErrSyntax, "%s cannot change", e.name)
	case a.Indices != nil:
		s.assignDigits(a, e)
	default:
		s.assignTo(a, e)
	}
}

// assignTo lowers e = expression; and e += expression;.
func (s *variables) assignTo(a *syntax.Assign, e *entry) {
	if !a.Assigns {
		s.readable()
		return
	}
	start := a.Value.At()
	v := s.value(a.Value)
	if a.Op != 0 && s.err == nil {
		v = s.operate(a.OpToken.Pos, a.Op, e.value, v)
	}
	if s.readable() {
		s.set(start, e, s.convert(start, e.typ, v))
	}
}

// assignDigits lowers n[0] = true; and n[0:1] = "01";, where bit 0 of an integer is the
// least significant.
func (s *variables) assignDigits(a *syntax.Assign, e *entry) {
	at := s.index(operand{n: integerBits}, a.Indices)
	switch rest := a.Indices.Next; {
	case s.err != nil:
		return
	case rest != nil && rest.Kind == syntax.Bad:
		s.readable()
		return
	case rest != nil:
		s.expectedAt(`"="`, rest.Pos)
		return
	case a.OpToken.Symbol != '=' || a.OpToken.Kind != syntax.SymbolToken:
		s.expectedAt(`"="`, int32(a.OpToken.Pos))
		return
	}
	start := a.Value.At()
	v := s.folded(start, s.value(a.Value))
	if s.readable() && e.typ != syntax.Int && e.typ != syntax.Uint {
		s.fail(a.At.Pos, circuits.ErrSyntax, "bits of %s, which is no integer", e.name)
	}
	if v.kind == kindInteger && (v.i < 0 || at.n < 63 && v.i>>at.n != 0) {
		s.fail(start, circuits.ErrRange, "%v does not fit into %d bits", v, at.n)
	}
	out := e.value
	for i := 0; i < at.n && s.err == nil; i++ {
		one := s.operate(start, syntax.BitAnd, s.operate(start, syntax.ShiftRight, asInteger(v), integer(int64(i))), integer(1))
		out = s.operate(start, syntax.BitAnd, out, integer(^(1 << at.at(i))))
		out = s.operate(start, syntax.BitOr, out, s.operate(start, syntax.ShiftLeft, one, integer(int64(at.at(i)))))
	}
	s.set(start, e, s.convert(start, e.typ, out))
}

// integerBits is how many bits of an integer can be named: those of a number of 0 or more.
const integerBits = 63

// assignBits lowers c = measure q;, c[0] = d[1]; and the like.
func (s *variables) assignBits(a *syntax.Assign) {
	x := syntax.Expr{Kind: syntax.Variable, Pos: int32(a.At.Pos), End: int32(a.At.End), Sub: a.Indices}
	c := s.operand(&x, entryBits)
	if s.err != nil || !a.Assigns {
		s.readable()
		return
	}
	s.assigned(a.At.Pos, c, a.Op, a.Value)
	s.readable()
}

// assigned lowers c = x and c op= x, where x may be a measurement.
func (s *variables) assigned(pos int, c operand, operator syntax.Symbol, x *syntax.Expr) {
	if x.Kind == syntax.Measure {
		q := s.operand(x.Sub, entryQubits)
		s.measure(pos, q, c)
		return
	}
	v := s.value(x)
	if operator != 0 && s.err == nil {
		old := given(circuits.BitIs(c.first, true))
		if !c.scalar {
			old = numberOf(c.bits())
		}
		v = s.operate(x.At(), operator, old, v)
	}
	s.setBits(x.At(), c, v)
}

// measure measures each of the qubits q into one of the bits c.
func (s *variables) measure(pos int, q, c operand) {
	if s.err == nil && q.n != c.n {
		s.fail(pos, circuits.ErrArity, "measure of %d qubits into %d bits", q.n, c.n)
	}
	for i := 0; i < q.n && s.err == nil; i++ {
		s.keep(pos, c.at(i))
		s.emitOn(pos, circuits.GateMeasure, q.at(i), c.at(i))
	}
}

// setBits writes v into the bits of c, as far as it has digits.
func (s *variables) setBits(pos int, c operand, v value) {
	if s.err != nil {
		return
	}
	if v.kind == kindUnknown {
		v = integer(0)
	}
	var d []circuits.Condition
	ok := true
	if v.kind == kindExpr {
		d = s.digitsOf(pos, v, c.n)
	} else {
		d, ok = s.digits(pos, v)
	}
	switch {
	case s.err != nil:
		return
	case !ok:
		s.fail(pos, ErrUnsupported, "%v as classical bits", v)
		return
	case v.kind == kindBits && len(d) != c.n || v.kind == kindDigits && len(d) != c.n:
		s.fail(pos, circuits.ErrArity, "%d bits for %d", len(d), c.n)
		return
	case v.kind == kindCondition && c.n != 1:
		s.fail(pos, circuits.ErrArity, "one bit for %d", c.n)
		return
	case len(d) > c.n:
		s.fail(pos, circuits.ErrRange, "%v does not fit into %d bits", v, c.n)
		return
	case !s.afford(pos, c.n):
		return
	}
	if v.kind == kindBits && c.n > 1 && slices.ContainsFunc(v.late.bits, c.contains) { // read all before the first changes
		d, _ = s.digits(pos, s.saved(pos, d))
	}
	for i := range c.n {
		s.store(pos, c.at(i), digit(d, i))
	}
}

func (o operand) contains(bit int) bool {
	if o.list != nil {
		return slices.Contains(o.list, bit)
	}
	return o.first <= bit && bit < o.first+o.n
}
