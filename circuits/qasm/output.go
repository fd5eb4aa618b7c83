package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// output is the circuit that is made, and the conditions on measured bits under which its
// next operations are.
type output struct {
	*budget
	version int // 2 or 3
	circuit *circuits.Circuit
	hidden  int // bits made by hide
	whiles  int // open loops of the circuit

	conds    []circuits.Condition // of the open blocks
	when     *circuits.Condition  // all of conds, nil if there are none
	whenCost int                  // operations that an operation under when costs

	ints   []int
	angles []circuits.Angle
	terms  []circuits.Term
}

// slabSize is the number of entries that the slabs of a circuit hold.
const slabSize = 4096

// slab cuts a slice of n entries off *s.
func slab[T any](s *[]T, n int) []T {
	if len(*s) < n {
		*s = make([]T, max(n, slabSize))
	}
	out := (*s)[:n:n]
	*s = (*s)[n:]
	return out
}

// emit appends an operation.
func (o *output) emit(pos int, op circuits.Op) {
	cost := 1
	if op.If != nil {
		cost += o.whenCost
	}
	if o.spend(pos, cost) {
		o.circuit.Ops = append(o.circuit.Ops, op)
	}
}

// emitGate appends a gate, the most frequent operation by far.
func (o *output) emitGate(pos int, g circuits.Gate, qubits []int, angles []circuits.Angle) {
	if o.spend(pos, 1) {
		o.circuit.Ops = append(o.circuit.Ops, circuits.Op{Gate: g, Qubits: qubits, Angles: angles})
	}
}

// emitOn appends a gate without angles, a measurement or reset on one qubit, under the open
// conditions.
func (o *output) emitOn(pos int, g circuits.Gate, qubit, bit int) {
	qubits := slab(&o.ints, 1)
	qubits[0] = qubit
	o.emit(pos, circuits.Op{Gate: g, Qubits: qubits, Clbit: bit, If: o.when})
}

// angle is v as an angle in the circuit's slabs.
func (o *output) angle(v value) circuits.Angle {
	if v.kind == kindAngle {
		return v.angle
	}
	x := v.number()
	if x == 0 {
		return nil
	}
	a := slab(&o.terms, 1)
	a[0].Coef = x
	return a
}

// guard puts the operations from start on under the open conditions.
func (o *output) guard(pos, start int) {
	if !o.spend(pos, saturate(o.whenCost, len(o.circuit.Ops)-start)) {
		return
	}
	for i := start; i < len(o.circuit.Ops); i++ {
		if o.circuit.Ops[i].Gate != circuits.GateBarrier {
			o.circuit.Ops[i].If = o.when
		}
	}
}

// under puts what follows under one more condition, which the result of done, called
// after the last of it, still says then.
func (o *output) under(c circuits.Condition) (done func() circuits.Condition) {
	o.conds = append(o.conds, c)
	o.refresh()
	return func() circuits.Condition {
		last := len(o.conds) - 1
		c := o.conds[last]
		o.conds = o.conds[:last]
		o.refresh()
		return c
	}
}

// refresh joins the conditions that hold for the next statement.
func (o *output) refresh() {
	switch len(o.conds) {
	case 0:
		o.when = nil
	case 1:
		c := o.conds[0]
		o.when = &c
	default:
		c := circuits.Condition{All: make([]circuits.Condition, 0, len(o.conds))}
		for _, d := range o.conds {
			if len(d.All) > 0 {
				c.All = append(c.All, d.All...)
			} else {
				c.All = append(c.All, d)
			}
		}
		o.when = &c
	}
	o.whenCost = 0
	if o.when != nil {
		o.whenCost = size(o.when) / 8
		o.spend(o.text.Here().Pos, o.whenCost)
	}
}

// size is the number of bits and conditions in c.
func size(c *circuits.Condition) int {
	n := len(c.Bits) + 1
	if c.Test != nil {
		n += exprSize(c.Test)
	}
	for _, list := range [][]circuits.Condition{c.All, c.Any} {
		for i := range list {
			n += size(&list[i])
		}
	}
	return n
}

// store writes whether value holds into a bit, where the open conditions hold.
func (o *output) store(pos, bit int, value circuits.Condition) {
	o.keep(pos, bit)
	o.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: bit, Value: &value, If: o.when})
}

// keep saves the open conditions that read a bit which is about to change. In
// OpenQASM 2, where a condition is on one statement, each of the operations that it is
// on several qubits looks anew, as in Qiskit.
func (o *output) keep(pos, bit int) {
	if o.version == 2 || o.err != nil || len(o.conds) == 0 || !o.spend(pos, o.whenCost) {
		return
	}
	for i := range o.conds {
		if slices.Contains(o.conds[i].Reads(nil), bit) {
			o.saveCondition(pos, i)
		}
	}
}

// keepVar is keep for a variable that is about to change.
func (o *output) keepVar(pos, v int) {
	for i := range o.conds {
		if o.err == nil && slices.Contains(o.conds[i].Locals(nil), v) {
			o.saveCondition(pos, i)
		}
	}
}

// saveCondition keeps what open condition i says now in a hidden bit.
func (o *output) saveCondition(pos, i int) {
	saved, value := o.hide(pos), o.conds[i]
	op := circuits.Op{Gate: circuits.GateStore, Clbit: saved, Value: &value}
	if value.Numeric() && i > 0 { // which can fail where the run does not come
		before := circuits.Condition{All: slices.Clone(o.conds[:i])}
		op.If = &before
	}
	o.emit(pos, op)
	o.conds[i] = circuits.BitIs(saved, true)
	o.refresh()
}

// onward is the condition that a run is where the next operation is, and c holds.
func (o *output) onward(c circuits.Condition) *circuits.Condition {
	if o.when != nil {
		c = simple(circuits.Condition{All: append(slices.Clone(o.conds), c)})
	}
	return &c
}

// saved is the number of digits, kept in hidden bits.
func (o *output) saved(pos int, digits []circuits.Condition) value {
	bits := make([]int, len(digits))
	for i, d := range digits {
		bits[i] = o.hide(pos)
		op := circuits.Op{Gate: circuits.GateStore, Clbit: bits[i], Value: &d}
		if d.Numeric() { // which can fail where the run does not come
			op.If = o.when
		}
		o.emit(pos, op)
	}
	return numberOf(bits)
}

// temporary keeps the value that e has now in a variable of its own.
func (o *output) temporary(pos int, e *circuits.Expr, isReal bool) int {
	t := circuits.WholeVar
	if isReal {
		t = circuits.RealVar
	}
	v := o.newVar(pos, t)
	o.emitSet(pos, v, e)
	return v
}

func (o *output) emitSet(pos, v int, e *circuits.Expr) {
	if o.spend(pos, exprSize(e)/8) {
		o.emit(pos, circuits.Op{Gate: circuits.GateSet, Clbit: v, Value: &circuits.Condition{Test: e}, If: o.when})
	}
}

// newVar returns a new variable of the circuit, 0 at first.
func (o *output) newVar(pos int, t circuits.VarType) int {
	if len(o.circuit.Vars) >= maxWires {
		o.fail(pos, ErrLimit, "more than %d variables that depend on measured bits", maxWires)
		return 0
	}
	o.circuit.Vars = append(o.circuit.Vars, t)
	return len(o.circuit.Vars) - 1
}
