package transpile

import (
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// pauli is ±∏ X^x Z^z over up to 64 qubits, where x = z = 1 stands for Y.
type pauli struct {
	x, z uint64
	neg  bool
}

func (p pauli) support() uint64 { return p.x | p.z }

// letter is the factor on qubit q: bit 0 X, bit 1 Z.
func (p pauli) letter(q int) uint8 { return uint8(p.x>>q&1 | p.z>>q&1<<1) }

// anticommutes reports whether p and the letter on qubit q do.
func (p pauli) anticommutes(q int, letter uint8) bool {
	l := p.letter(q)
	return l != 0 && letter != 0 && l != letter
}

// times multiplies by a letter on qubit q, signs aside.
func (p *pauli) times(q int, letter uint8) {
	p.x ^= uint64(letter&1) << q
	p.z ^= uint64(letter>>1) << q
}

// tableau is a Clifford operator V by what it makes of the Pauli matrices of each
// qubit: x[k] = V·Xₖ·V†, z[k] = V·Zₖ·V†. Aaronson and Gottesman 2004,
// arXiv:quant-ph/0406196.
type tableau struct{ x, z []pauli }

func newTableau(n int) *tableau {
	t := &tableau{make([]pauli, n), make([]pauli, n)}
	for q := range n {
		t.x[q].x, t.z[q].z = 1<<q, 1<<q
	}
	return t
}

func (t *tableau) clone() *tableau {
	return &tableau{append([]pauli(nil), t.x...), append([]pauli(nil), t.z...)}
}

func (t *tableau) each(f func(p *pauli)) {
	for i := range t.x {
		f(&t.x[i])
		f(&t.z[i])
	}
}

// apply puts a gate that isClifford knows behind the operator: V becomes G·V.
func (t *tableau) apply(gate circuits.Gate, qubits ...int) {
	a := qubits[0]
	switch gate {
	case circuits.GateX:
		t.each(func(p *pauli) { p.neg = p.neg != (p.z>>a&1 == 1) })
	case circuits.GateY:
		t.apply(circuits.GateX, a)
		t.apply(circuits.GateZ, a)
	case circuits.GateZ:
		t.each(func(p *pauli) { p.neg = p.neg != (p.x>>a&1 == 1) })
	case circuits.GateH:
		t.each(func(p *pauli) {
			x, z := p.x>>a&1, p.z>>a&1
			p.neg = p.neg != (x&z == 1)
			p.x ^= (x ^ z) << a
			p.z ^= (x ^ z) << a
		})
	case circuits.GateS:
		t.each(func(p *pauli) {
			p.neg = p.neg != (p.x&p.z>>a&1 == 1)
			p.z ^= p.x & (1 << a)
		})
	case circuits.GateSdg:
		t.apply(circuits.GateZ, a)
		t.apply(circuits.GateS, a)
	case circuits.GateSX:
		t.apply(circuits.GateH, a)
		t.apply(circuits.GateS, a)
		t.apply(circuits.GateH, a)
	case circuits.GateSXdg:
		t.apply(circuits.GateH, a)
		t.apply(circuits.GateSdg, a)
		t.apply(circuits.GateH, a)
	case circuits.GateCX:
		b := qubits[1]
		t.each(func(p *pauli) {
			xa, za, xb, zb := p.x>>a&1, p.z>>a&1, p.x>>b&1, p.z>>b&1
			p.neg = p.neg != (xa&zb&(xb^za^1) == 1)
			p.x ^= xa << b
			p.z ^= zb << a
		})
	case circuits.GateCZ:
		t.apply(circuits.GateH, qubits[1])
		t.apply(circuits.GateCX, qubits...)
		t.apply(circuits.GateH, qubits[1])
	case circuits.GateCY:
		t.apply(circuits.GateSdg, qubits[1])
		t.apply(circuits.GateCX, qubits...)
		t.apply(circuits.GateS, qubits[1])
	case circuits.GateSWAP:
		t.x, t.z = exchange(t.x, a, qubits[1]), exchange(t.z, a, qubits[1])
	default:
		panic(fmt.Sprintf("transpile: %v is no Clifford gate", gate))
	}
}

// exchange swaps two qubits in all of a list.
func exchange(list []pauli, a, b int) []pauli {
	for i := range list {
		p := &list[i]
		d := (p.x>>a ^ p.x>>b) & 1
		p.x ^= d<<a | d<<b
		d = (p.z>>a ^ p.z>>b) & 1
		p.z ^= d<<a | d<<b
	}
	return list
}

// isClifford reports whether op is one of the gates of a Clifford block.
func isClifford(op *circuits.Op) bool {
	if op.If != nil {
		return false
	}
	switch op.Gate {
	case circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateH, circuits.GateS, circuits.GateSdg, circuits.GateSX, circuits.GateSXdg,
		circuits.GateCX, circuits.GateCY, circuits.GateCZ, circuits.GateSWAP:
		return true
	}
	return false
}

// inverseTableau is V† of the product V of Clifford gates, whose qubits number
// renumbers.
func inverseTableau(n int, ops []circuits.Op, number func(q int) int) *tableau {
	t := newTableau(n)
	for _, op := range slices.Backward(ops) {
		inverse, _ := op.Inverse() // Clifford gates have one
		qubits := make([]int, len(inverse.Qubits))
		for k, q := range inverse.Qubits {
			qubits[k] = number(q)
		}
		t.apply(inverse.Gate, qubits...)
	}
	return t
}
