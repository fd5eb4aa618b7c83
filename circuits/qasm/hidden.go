package qasm

import "github.com/qnn-go/qnn/circuits"

// firstHidden is the number of the first hidden bit until the program has been read.
const firstHidden = maxWires

// hide returns a new bit, 0 at first, that is not part of an outcome.
func (o *output) hide(pos int) int {
	if o.circuit.Qubits+o.circuit.Clbits+o.hidden >= maxWires {
		o.fail(pos, ErrLimit, "more than %d qubits and bits", maxWires)
		return firstHidden
	}
	o.hidden++
	return firstHidden + o.hidden - 1
}

// hideAll returns n new hidden bits.
func (o *output) hideAll(pos, n int) operand {
	if n == 0 {
		return operand{}
	}
	bits := operand{first: o.hide(pos), n: n}
	for range n - 1 {
		o.hide(pos)
	}
	return bits
}

// renumber puts the hidden bits behind the others.
func (o *output) renumber() {
	if o.hidden == 0 {
		return
	}
	m := bitMover{by: o.circuit.Clbits - firstHidden, seen: map[any]bool{}}
	for i := range o.circuit.Ops {
		op := &o.circuit.Ops[i]
		if op.Gate != circuits.GateSet {
			m.move(&op.Clbit)
		}
		m.condition(op.If)
		m.condition(op.Value)
	}
	o.circuit.Clbits += o.hidden
	o.circuit.Hidden = o.hidden
}

// bitMover moves the numbers of hidden bits in all that names bits. Operations share
// conditions and expressions; each is moved once.
type bitMover struct {
	by   int
	seen map[any]bool
}

func (m *bitMover) move(bit *int) {
	if *bit >= firstHidden {
		*bit += m.by
	}
}

// condition moves the bits that a condition looks at, once.
func (m *bitMover) condition(c *circuits.Condition) {
	if c == nil || m.seen[c] {
		return
	}
	m.seen[c] = true
	for i := range c.Bits {
		m.move(&c.Bits[i])
	}
	m.expression(c.Test)
	for _, list := range [][]circuits.Condition{c.All, c.Any} {
		for i := range list {
			m.condition(&list[i])
		}
	}
}

func (m *bitMover) expression(e *circuits.Expr) {
	if e == nil || m.seen[e] {
		return
	}
	m.seen[e] = true
	for i := range e.Bits {
		m.move(&e.Bits[i])
	}
	m.condition(e.Test)
	for _, a := range e.Args {
		m.expression(a)
	}
}
