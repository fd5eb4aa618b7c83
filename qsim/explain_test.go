package qsim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

func TestExplain(t *testing.T) {
	c := layered(18, 3)
	got := compile(t, c).Explain()
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if passes := len(lines) - 3; passes < 2 || !strings.Contains(lines[0], fmt.Sprintf("18 qubits, %d passes", passes)) {
		t.Errorf("explanation does not begin with what follows:\n%s", got)
	}
	// a chain of 17 in each layer, the last of them left undone
	if total, left := lines[len(lines)-2], lines[len(lines)-1]; !strings.Contains(total, " 34 nots") || !strings.HasSuffix(left, ": 17 nots") {
		t.Errorf("the circuit has 51 CX:\n%s", got)
	}
	if got := compile(t, circuits.New(2).H(0).H(1)).Explain(); !strings.Contains(got, "one by one") || !strings.Contains(got, "forwards: 2 qubits, groups of ") {
		t.Errorf("a small circuit: %q", got)
	}
	if got := compile(t, layered(10, 1), circuits.PauliZ(0)).Explain(); !strings.Contains(got, "one state: 10 qubits, 1 passes") || !strings.Contains(got, "backwards: 10 qubits") {
		t.Errorf("ten qubits: %q", got)
	}
	if got := compile(t, circuits.New(9).H(3)).Explain(); !strings.HasPrefix(got, "1 of 9 qubits are active:\n") {
		t.Errorf("a circuit with idle qubits: %q", got)
	}
	dynamic := circuits.New(12).H(0)
	dynamic.Measure(0, 0)
	dynamic.X(0)
	if got := compile(t, dynamic).Explain(); !strings.Contains(got, "shot by shot") {
		t.Errorf("a dynamic circuit: %q", got)
	}
}

// A state stays usable in every order of calls after a run that renames qubits.
func TestRenamedQubits(t *testing.T) {
	c := circuits.New(11).X(3).RY(circuits.Const(0.3), 0).SWAP(0, 10).SWAP(3, 7).CX(7, 2)
	s, err := qsim.NewState(11)
	if err != nil {
		t.Fatal(err)
	}
	z10 := circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 10, Pauli: 'Z'}}}}
	z2 := circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 2, Pauli: 'Z'}}}}
	p := compile(t, c, z10, z2)
	if err := p.Run(t.Context(), s, nil, nil); err != nil {
		t.Fatal(err)
	}
	const cos = 0.955336489125606 // cos(0.3)
	check := func(when string) {
		t.Helper()
		for o, want := range map[*circuits.PauliSum]float64{&z10: cos, &z2: -1} {
			if got, err := s.Expect(*o); err != nil || !near(got, want) {
				t.Errorf("%s: ⟨%v⟩ = %v, %v; want %v", when, *o, got, err, want)
			}
		}
	}
	check("in the order of the run")
	for _, x := range s.Sample(100, 1) {
		if x&^(1<<10) != 1<<7|1<<2 {
			t.Fatalf("sampled %b", x)
		}
	}
	s.Amplitudes()
	check("in the order of the qubits")
	dst := make([]float64, 2)
	if err := p.Expect(t.Context(), dst, nil, [][]float64{nil}); err != nil || !near(dst[0], cos) || !near(dst[1], -1) {
		t.Errorf("Program.Expect gives %v, %v", dst, err)
	}
}

func near(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }
