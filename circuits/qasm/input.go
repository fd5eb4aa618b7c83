package qasm

import (
	"math/big"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// input lowers input float[64] theta;, which becomes the next weight, and inputs of other
// types, which are constants of the values in DecodeOptions.Values.
func (l *lowering) input(i *syntax.Input) {
	a := l.parameter(i.Type)
	if !l.readable() {
		return
	}
	name, pos := i.Type.Name.Text, i.Type.Name.Pos
	switch {
	case a.kind == entryQubits || a.typ == syntax.Complex:
		at := i.Type.Type.At
		l.fail(at.Pos, ErrUnsupported, "input of type %.40s, float, angle, int, uint, bool and bit are; an input", l.text.Text(at))
		return
	case a.typ != syntax.Real && a.typ != syntax.Angle:
		l.define(pos, &entry{name: name, kind: entryValue, typ: a.typ, constant: true, value: l.given(pos, name, a)})
		l.result.Settled = append(l.result.Settled, name)
		return
	case len(l.result.Inputs) == maxWires:
		l.fail(pos, ErrLimit, "more than %d inputs", maxWires)
		return
	}
	weight := value{kind: kindAngle, angle: circuits.Weight(len(l.result.Inputs))}
	l.define(pos, &entry{name: name, kind: entryValue, constant: true, value: weight})
	l.result.Inputs = append(l.result.Inputs, name)
}

// given is the value of an input that is no angle.
func (l *lowering) given(pos int, name string, a parameter) value {
	text, ok := l.options.Values[name]
	if !ok {
		l.fail(pos, ErrInput, "input %s of type %v has to be known when the program is read", name, a)
		return value{}
	}
	if a.kind == entryBits {
		d, ok := binaryDigits(strings.Trim(text, `"'`))
		if !ok || len(d) != a.size {
			l.fail(pos, circuits.ErrRange, "value %.40q of input %s, must be %d digits 0 or 1", text, name, a.size)
			return value{}
		}
		if a.one {
			on, _ := constant(d[0])
			return boolean(on)
		}
		return value{kind: kindDigits, late: &late{digits: d}}
	}
	if a.typ == syntax.Bool && (text == "true" || text == "false") {
		return boolean(text == "true")
	}
	n, ok := new(big.Int).SetString(text[:min(len(text), syntax.MaxNameSize)], 0)
	bits := a.width
	if bits == 0 || bits > 64 {
		bits = 64
	}
	if a.typ != syntax.Uint {
		bits--
	}
	least := new(big.Int)
	if a.typ == syntax.Int {
		least.Neg(new(big.Int).Lsh(big.NewInt(1), uint(bits)))
	}
	if !ok || n.Cmp(least) < 0 || n.BitLen() > bits && n.Cmp(least) != 0 || !n.IsInt64() || a.typ == syntax.Bool && n.BitLen() > 1 {
		l.fail(pos, circuits.ErrRange, "value %.40q of input %s, must be a literal of type %v", text, name, a)
		return value{}
	}
	if a.typ == syntax.Bool {
		return boolean(n.Sign() > 0)
	}
	return integer(n.Int64())
}
