package ansatz_test

import (
	"encoding/json"
	"fmt"
	"math/cmplx"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
)

// template is a case of testdata/templates.json, written by templates.py from
// the libraries and versions it records.
type template struct {
	Template     string
	Qubits       int
	Layers, Reps int
	Entanglement ansatz.Entanglement
	Rotations    []circuits.Gate
	Entangler    circuits.Gate
	Weights, X   []float64
	Ops          []string
	State        []float64
}

func templates(t *testing.T) []template {
	t.Helper()
	text, err := os.ReadFile("testdata/templates.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []template }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// build appends the case's template to c.
func (tc template) build(c *circuits.Circuit) error {
	switch tc.Template {
	case "real-amplitudes":
		return ansatz.RealAmplitudes(c, tc.Layers, tc.Entanglement)
	case "efficient-su2":
		return ansatz.EfficientSU2(c, tc.Layers, tc.Entanglement)
	case "two-local":
		if tc.Rotations == nil { // n_local(n, ["ry"], ["cz"])
			tc.Rotations, tc.Entangler = []circuits.Gate{circuits.GateRY}, circuits.GateCZ
		}
		return ansatz.TwoLocal(c, tc.Layers, tc.Entanglement, tc.Rotations, tc.Entangler)
	case "basic-entangler":
		return ansatz.BasicEntangler(c, tc.Layers)
	case "strongly-entangling":
		return ansatz.StronglyEntangling(c, tc.Layers)
	case "reuploading":
		return ansatz.Reuploading(c, tc.Layers, tc.Entanglement, func() error {
			return ansatz.Angle(c, len(tc.X), circuits.GateRY)
		})
	}
	e, err := ansatz.FindEncoding(tc.Template)
	if err != nil {
		return err
	}
	return e.Append(c, len(tc.X), tc.Reps, tc.Entanglement)
}

func TestTemplatesMatchLibraries(t *testing.T) {
	cases := templates(t)
	seen := map[string]bool{}
	for _, tc := range cases {
		seen[tc.Template] = true
		t.Run(fmt.Sprintf("%s/n=%d/layers=%d/reps=%d/%s", tc.Template, tc.Qubits, tc.Layers, tc.Reps, tc.Entanglement), func(t *testing.T) {
			c := circuits.New(tc.Qubits)
			if err := tc.build(c); err != nil {
				t.Fatal(err)
			}
			x := tc.X
			if tc.Template == "amplitude" {
				var err error
				if x, err = ansatz.AmplitudeAngles(tc.X, tc.Qubits); err != nil {
					t.Fatal(err)
				}
			}
			if c.Weights() != len(tc.Weights) || c.Features() != len(x) {
				t.Fatalf("%d weights and %d features, want %d and %d", c.Weights(), c.Features(), len(tc.Weights), len(x))
			}
			if got := lines(t, c, tc.Weights, x); tc.Ops != nil && !slices.Equal(got, tc.Ops) {
				t.Errorf("gates:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tc.Ops, "\n"))
			}
			for i, got := range simulate(t, c, tc.Weights, x) {
				want := complex(tc.State[i], tc.State[len(tc.State)/2+i])
				if cmplx.Abs(got-want) > 1e-12 {
					t.Fatalf("amplitude %d is %v, want %v", i, got, want)
				}
			}
		})
	}
	for _, name := range slices.Concat(ansatz.Encodings(), ansatz.Ansaetze()) {
		if !seen[name] {
			t.Errorf("%s: no case", name)
		}
	}
}

// lines writes the gates as templates.py does.
func lines(t *testing.T, c *circuits.Circuit, weights, features []float64) []string {
	t.Helper()
	var out []string
	for _, op := range c.Ops {
		line := op.Gate.String()
		for _, q := range op.Qubits {
			line += fmt.Sprintf(" %d", q)
		}
		for _, a := range op.Angles {
			line += fmt.Sprintf(" %.6f", a.Eval(weights, features))
		}
		out = append(out, line)
	}
	return out
}
