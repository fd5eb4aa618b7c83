package synth

import (
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

// Tableau is a Clifford operator V on up to 64 qubits by what it makes of the Pauli matrices
// of each qubit k: x[k] = V·Xₖ·V†, z[k] = V·Zₖ·V†. Aaronson and Gottesman 2004,
// arXiv:quant-ph/0406196.
type Tableau struct{ x, z []pauli }

// NewTableau is the identity on n qubits.
func NewTableau(n int) *Tableau {
	t := &Tableau{make([]pauli, n), make([]pauli, n)}
	for q := range n {
		t.x[q].x, t.z[q].z = 1<<q, 1<<q
	}
	return t
}

func (t *Tableau) clone() *Tableau {
	return &Tableau{append([]pauli(nil), t.x...), append([]pauli(nil), t.z...)}
}

func (t *Tableau) each(f func(p *pauli)) {
	for i := range t.x {
		f(&t.x[i])
		f(&t.z[i])
	}
}

// Apply puts a gate G on one or two qubits behind the operator: V becomes G·V.
func (t *Tableau) Apply(g circuits.Clifford, qubits ...int) {
	a, b := qubits[0], qubits[len(qubits)-1]
	var images [16]pauli // of the factors on a and b, by their x and z
	for i, image := range g {
		images[i].neg = image.Negative
		for k, q := range qubits {
			images[i].x |= uint64(image.X>>k&1) << q
			images[i].z |= uint64(image.Z>>k&1) << q
		}
	}
	kept := ^(uint64(1)<<a | uint64(1)<<b)
	for _, list := range [2][]pauli{t.x, t.z} {
		for i := range list {
			p := &list[i]
			at := p.x>>a&1 | p.z>>a&1<<1
			if len(qubits) == 2 {
				at = p.x>>a&1 | p.x>>b&1<<1 | p.z>>a&1<<2 | p.z>>b&1<<3
			}
			p.x, p.z = p.x&kept|images[at].x, p.z&kept|images[at].z
			p.neg = p.neg != images[at].neg
		}
	}
}

// InverseTableau is V† on n qubits of the product V of Clifford gates on one or two qubits,
// whose qubits number renumbers. Conditions are not looked at.
func InverseTableau(n int, ops []circuits.Op, number func(q int) int) *Tableau {
	t := NewTableau(n)
	for _, op := range slices.Backward(ops) {
		qubits := make([]int, len(op.Qubits))
		for k, q := range op.Qubits {
			qubits[k] = number(q)
		}
		t.Apply(op.Gate.Clifford().Inverse(), qubits...)
	}
	return t
}
