package transpile

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// absorb writes a SWAP as three CX where the first or the last undoes a CX before or after
// it, and keeps the others. Gates on one qubit between the two move through the SWAP to the
// other qubit; others between commute with the CX, as in [cancel]. So a SWAP beside
// CX·RZ(w)·CX costs one gate more, not three.
func absorb(c *circuits.Circuit) *circuits.Circuit {
	return reversed(absorbBefore(reversed(absorbBefore(c))))
}

// absorbBefore is [absorb] of the CX before each SWAP.
func absorbBefore(c *circuits.Circuit) *circuits.Circuit {
	k := newCanceller(c)
	for _, op := range c.Ops {
		if op.Gate == circuits.GateSWAP && !isFence(op) {
			k.absorb(op)
		} else {
			k.place(op)
		}
	}
	return k.circuit(c)
}

// absorb appends a SWAP.
func (k *canceller) absorb(op circuits.Op) {
	a, b := op.Qubits[0], op.Qubits[1]
	late := append(k.lift(a), k.lift(b)...)
	for range 2 {
		cx := circuits.Op{Gate: circuits.GateCX, Qubits: []int{a, b}}
		at := k.partner(cx, func(old circuits.Op) bool { return isInverse(old, cx) })
		if at < 0 {
			a, b = b, a
			continue
		}
		k.remove(at)
		k.place(circuits.Op{Gate: circuits.GateCX, Qubits: []int{b, a}})
		k.place(cx)
		for _, one := range late {
			one.Qubits = []int{a + b - one.Qubits[0]}
			k.place(one)
		}
		return
	}
	for _, one := range late {
		k.place(one)
	}
	k.place(op)
}

// lift takes the gates on one qubit off the end of q and returns them in order.
func (k *canceller) lift(q int) []circuits.Op {
	var out []circuits.Op
	for len(k.wires[q]) > 0 {
		wire := k.wires[q]
		last := wire[len(wire)-1].ops
		at := last[len(last)-1]
		if !isOneQubit(k.ops[at].op) {
			break
		}
		out = append(out, k.ops[at].op)
		k.remove(at)
	}
	slices.Reverse(out)
	return out
}
