package ansatz

import "slices"

// Entanglement names the pairs of qubits that a layer of two-qubit gates joins,
// and their order. The zero value stands for the template's own default.
type Entanglement string

// Qiskit's entanglement patterns of the same names. On n qubits:
const (
	// Linear is (0,1), (1,2), …, (n−2,n−1).
	Linear Entanglement = "linear"
	// ReverseLinear is Linear from the last pair to the first.
	ReverseLinear Entanglement = "reverse-linear"
	// Circular is (n−1,0) followed by Linear; on fewer than 3 qubits it is Linear.
	Circular Entanglement = "circular"
	// Full is every pair (i,j) with i < j, by i and then j.
	Full Entanglement = "full"
)

// Entanglements lists the patterns by name.
func Entanglements() []string {
	return []string{string(Linear), string(ReverseLinear), string(Circular), string(Full)}
}

// pairs lists the pairs on n qubits; the zero value stands for standard.
func (e Entanglement) pairs(n int, standard Entanglement) ([][2]int, error) {
	if e == "" {
		e = standard
	}
	var out [][2]int
	switch e {
	case Linear, ReverseLinear, Circular:
		for i := range n - 1 {
			out = append(out, [2]int{i, i + 1})
		}
		if e == ReverseLinear {
			slices.Reverse(out)
		}
		if e == Circular && n > 2 {
			out = slices.Insert(out, 0, [2]int{n - 1, 0})
		}
	case Full:
		for i := range n {
			for j := i + 1; j < n; j++ {
				out = append(out, [2]int{i, j})
			}
		}
	default:
		return nil, &NameError{Kind: "entanglement", Name: string(e), Known: Entanglements()}
	}
	return out, nil
}
