package transpile

import (
	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
)

// kind is what an operation counts as where blocks of gates on two qubits are priced.
type kind uint8

const (
	kindOther kind = iota // no gate on two qubits
	kindSwap
	kindOne    // takes one CX
	kindTwo    // takes two, up to three
	kindFenced // depends on classical bits: takes two and joins no block
)

// kindsOf finds the kind of every operation.
func kindsOf(ops []circuits.Op) []kind {
	out := make([]kind, len(ops))
	for i := range ops {
		out[i] = kindOf(&ops[i])
	}
	return out
}

func kindOf(op *circuits.Op) kind {
	if !isTwoQubit(op) {
		return kindOther
	}
	if op.If != nil {
		return kindFenced
	}
	switch {
	case op.Gate.Form() == circuits.FormSwap:
		return kindSwap
	case synth.CXCost(op.Gate) == 1:
		return kindOne
	default: // also of an arbitrary matrix, whose cost is not in the table
		return kindTwo
	}
}

// blockCosts adds up about how many CX or CZ a routing takes when gates that follow one
// another on a pair of qubits are written as one: at most three, two for a SWAP and a CX.
// The zero value is ready after clear.
type blockCosts struct {
	total  int
	depth  int // of the longest path, in the same gates
	blocks []blockCost
	last   []int32 // block of each qubit of the device, plus 1
	until  []int   // depth of each qubit
}

// blockCost is a block that begins at some depth.
type blockCost struct {
	swaps, others uint8
	begin         int
}

// clear begins anew on n qubits.
func (c *blockCosts) clear(n int) {
	c.total, c.depth, c.blocks = 0, 0, c.blocks[:0]
	if len(c.last) != n {
		c.last, c.until = make([]int32, n), make([]int, n)
	}
	clear(c.last)
	clear(c.until)
}

// add counts a gate on p and q.
func (c *blockCosts) add(p, q int, k kind) {
	if k == kindFenced {
		c.total += 2
		c.last[p], c.last[q] = 0, 0
		c.reach(p, q, max(c.until[p], c.until[q])+2)
		return
	}
	if c.last[p] == 0 || c.last[p] != c.last[q] {
		c.blocks = append(c.blocks, blockCost{begin: max(c.until[p], c.until[q])})
		n := int32(len(c.blocks)) //nolint:gosec // as many as operations at most
		c.last[p], c.last[q] = n, n
	}
	b := &c.blocks[c.last[p]-1]
	before := b.price()
	switch k {
	case kindSwap:
		b.swaps ^= 1
	case kindOne:
		b.others = min(b.others+1, 3)
	default:
		b.others = min(b.others+2, 3)
	}
	c.total += b.price() - before
	c.reach(p, q, b.begin+b.price())
}

// reach says that p and q are busy until some depth.
func (c *blockCosts) reach(p, q, until int) {
	c.until[p], c.until[q] = until, until
	c.depth = max(c.depth, until)
}

// price is the number of CX that a block takes.
func (b blockCost) price() int {
	switch {
	case b.swaps == 0:
		return int(b.others)
	case b.others == 1:
		return 2
	default:
		return 3
	}
}

// costOf is the cost and the depth of operations on n qubits of a device.
func costOf(ops []circuits.Op, n int) (cost, depth int) {
	var c blockCosts
	c.clear(n)
	for i := range ops {
		if k := kindOf(&ops[i]); k != kindOther {
			c.add(ops[i].Qubits[0], ops[i].Qubits[1], k)
		}
	}
	return c.total, c.depth
}
