package qasm

import (
	"math/big"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// input reads input float[64] theta;, which becomes the next weight, and inputs of other
// types, which are constants of the values in DecodeOptions.Values.
func (p *parser) input() {
	p.next()
	t := p.tok
	a := p.parameterType()
	name, pos := p.name()
	p.expect(';')
	switch {
	case p.err != nil:
		return
	case a.kind == entryQubits || a.typ == typeComplex:
		p.fail(t.pos, ErrUnsupported, "input of type %.40s, float, angle, int, uint, bool and bit are; an input", p.text(t))
		return
	case a.typ != typeFloat && a.typ != typeAngle:
		p.define(pos, &entry{name: name, kind: entryValue, typ: a.typ, constant: true, value: p.given(pos, name, a)})
		p.result.Settled = append(p.result.Settled, name)
		return
	case len(p.result.Inputs) == maxWires:
		p.fail(pos, ErrLimit, "more than %d inputs", maxWires)
		return
	}
	weight := value{kind: kindAngle, angle: circuits.Weight(len(p.result.Inputs))}
	p.define(pos, &entry{name: name, kind: entryValue, constant: true, value: weight})
	p.result.Inputs = append(p.result.Inputs, name)
}

// given is the value of an input that is no angle.
func (p *parser) given(pos int, name string, a parameter) value {
	text, ok := p.options.Values[name]
	if !ok {
		p.fail(pos, ErrInput, "input %s of type %v has to be known when the program is read", name, a)
		return value{}
	}
	if a.kind == entryBits {
		d, ok := binaryDigits(strings.Trim(text, `"'`))
		if !ok || len(d) != a.size {
			p.fail(pos, circuits.ErrRange, "value %.40q of input %s, must be %d digits 0 or 1", text, name, a.size)
			return value{}
		}
		if a.one {
			on, _ := constant(d[0])
			return boolean(on)
		}
		return value{kind: kindDigits, late: &late{digits: d}}
	}
	if a.typ == typeBool && (text == "true" || text == "false") {
		return boolean(text == "true")
	}
	n, ok := new(big.Int).SetString(text[:min(len(text), maxName)], 0)
	bits := a.width
	if bits == 0 || bits > 64 {
		bits = 64
	}
	if a.typ != typeUint {
		bits--
	}
	least := new(big.Int)
	if a.typ == typeInt {
		least.Neg(new(big.Int).Lsh(big.NewInt(1), uint(bits)))
	}
	if !ok || n.Cmp(least) < 0 || n.BitLen() > bits && n.Cmp(least) != 0 || !n.IsInt64() || a.typ == typeBool && n.BitLen() > 1 {
		p.fail(pos, circuits.ErrRange, "value %.40q of input %s, must be a literal of type %v", text, name, a)
		return value{}
	}
	if a.typ == typeBool {
		return boolean(n.Sign() > 0)
	}
	return integer(n.Int64())
}

// binaryDigits are those of a text, the lowest first.
func binaryDigits(text string) ([]circuits.Condition, bool) {
	var digits []circuits.Condition
	for _, c := range slices.Backward([]byte(text)) {
		switch c {
		case '0', '1':
			digits = append(digits, circuits.Always(c == '1'))
		case '_':
		default:
			return nil, false
		}
	}
	return digits, true
}
