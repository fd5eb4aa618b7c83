package plural

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 qubits", 1: "1 qubit", 2: "2 qubits", 1000: "1000 qubits"} {
		if got := Count(n, "qubit"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
