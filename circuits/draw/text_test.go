package draw_test

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/draw"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	w = circuits.Weight
	x = circuits.Feature
)

// everyGate has each entry of the gate table once.
func everyGate() *circuits.Circuit {
	c := circuits.New(4)
	next := 0
	for _, g := range circuits.Gates() {
		spec := g.Spec()
		var angles []circuits.Angle
		for range spec.Params {
			angles = append(angles, w(next))
			next++
		}
		switch g {
		case circuits.GateUnitary:
			c.Unitary([]complex128{0, 1i, 1i, 0}, 2)
		case circuits.GateBarrier:
			c.Barrier()
		case circuits.GateMeasure:
			c.Measure(1, 0)
		case circuits.GateStore:
			c.Store(1, circuits.BitIs(0, false))
		case circuits.GateSet:
			c.Vars = []circuits.VarType{circuits.RealVar}
			c.Set(0, circuits.BitsExpr([]int{0, 1})).RX(circuits.Variable(0).Scale(2), 1)
		case circuits.GateLoop:
			c.Loop(circuits.BitIs(0, true)).X(0)
		default:
			c.Append(g, angles, []int{3, 1, 0}[:spec.Qubits]...)
		}
	}
	return c
}

func built(t *testing.T, cfg ansatz.Config) *circuits.Circuit {
	t.Helper()
	c, err := ansatz.Build(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTextGolden(t *testing.T) {
	swapMatrix := circuits.Op{Gate: circuits.GateSWAP}.TargetMatrix(nil)
	eye := make([]complex128, 64)
	for i := range 8 {
		eye[9*i] = 1
	}
	wide := circuits.New(30)
	for q := range 30 {
		wide.RY(x(q), q)
	}
	for q := range 29 {
		wide.CX(q, q+1)
	}
	wide.CX(29, 0).Measure(29, 12)
	numbers := circuits.New(1)
	for _, v := range []float64{0, 1, -1, 0.5, math.Pi, -1e-9, 1e300, 123456.7894, 0.0004, 0.9999} {
		numbers.RZ(circuits.Const(v), 0)
	}
	for _, tc := range []struct {
		name    string
		circuit *circuits.Circuit
		options *draw.Options
	}{
		{"no-qubits", circuits.New(0), nil},
		{"only-phase", circuits.New(0).GPhase(w(0)), nil},
		{"empty", circuits.New(2), nil},
		{"gates", everyGate(), nil},
		{"gates-ascii", everyGate(), &draw.Options{ASCII: true, Width: 80}},
		{"wide", wide, &draw.Options{Width: 60}},
		{"long-angles", built(t, ansatz.Config{Features: 3, Encoding: "zz", EncodingReps: 1, Layers: 1}), &draw.Options{Width: 60}},
		// Narrower than its longest gate, which gets a line to itself.
		{"narrow", circuits.New(2).H(0).CX(0, 1).P(x(0).Times(x(1)).Scale(-0.125), 0).H(0).H(1), &draw.Options{Width: 12}},
		{"numbers", numbers, nil},
		{"numbers-1", numbers, &draw.Options{Decimals: 1}},
		{"numbers-all", numbers, &draw.Options{Decimals: -1}},
		{"reuploading", built(t, ansatz.Config{Features: 4, Ansatz: "reuploading", Layers: 2}), &draw.Options{Width: 100}},
		{"unitaries", circuits.New(3).Unitary(swapMatrix, 2, 0).Unitary(eye, 1, 0, 2).Unitary(swapMatrix, 0, 1), nil},
		// The two CX on 0–2 and 1–3 overlap and need two columns; the H of qubit 3
		// stands under the first one.
		{"packing", circuits.New(4).CX(0, 2).CX(1, 3).H(3).H(0).CX(3, 0).H(1), nil},
		{"barriers", circuits.New(3).H(0).H(0).Barrier(0, 2).X(2).X(1).Barrier().X(0).Append(circuits.GateBarrier, nil), nil},
		{"bits", circuits.New(2).Measure(0, 0).Reset(0).H(1).H(1).Measure(1, 0).Measure(0, 0).X(0), nil},
		{"conditions", conditions(), nil},
		{"phase", circuits.New(1).GPhase(w(0)).H(0).GPhase(circuits.Const(math.Pi)).GPhase(w(0)), nil},
		{"phase-cancelled", circuits.New(1).GPhase(w(0)).GPhase(w(0).Scale(-1)), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := draw.Text(&got, tc.circuit, tc.options); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", tc.name+".txt")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got:\n%swant:\n%s", got.Bytes(), want)
			}
			if tc.options != nil && tc.options.ASCII && strings.IndexFunc(got.String(), func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
				t.Error("not ASCII")
			}
		})
	}
}

// TestTextLines: in any drawing, the lines of a block are of one length, at most
// the width asked for (15 hold every gate here), and each qubit's line shows its
// operations in order.
func TestTextLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "n")
		c := circuits.New(n)
		want := make([]string, n) // the gates of each qubit
		for i := range rapid.IntRange(0, 30).Draw(rt, "gates") {
			a := rapid.IntRange(0, n-1).Draw(rt, "a")
			b := rapid.IntRange(0, n-1).Draw(rt, "b")
			if a == b {
				c.RX(w(i), a)
				want[a] += w(i).String() + " "
				continue
			}
			c.CRX(w(i), a, b)
			want[a] += "● "
			want[b] += w(i).String() + " "
		}
		width := rapid.IntRange(15, 80).Draw(rt, "width")
		var out bytes.Buffer
		if err := draw.Text(&out, c, &draw.Options{Width: width}); err != nil {
			rt.Fatal(err)
		}
		got := make([]string, n)
		for block := range strings.SplitSeq(strings.TrimSuffix(out.String(), "\n"), "\n\n") {
			lines := strings.Split(block, "\n")
			if len(lines) != n {
				rt.Fatalf("%d lines for %d qubits:\n%s", len(lines), n, out.String())
			}
			for q, line := range lines {
				length := utf8.RuneCountInString(line)
				if length != utf8.RuneCountInString(lines[0]) || length > width {
					rt.Fatalf("line of %d characters, width %d:\n%s", length, width, out.String())
				}
				for part := range strings.FieldsFuncSeq(line[strings.Index(line, ":")+1:], func(r rune) bool { return strings.ContainsRune(" ─╭├╰│RX()", r) }) {
					got[q] += part + " "
				}
			}
		}
		for q := range got {
			if got[q] != want[q] {
				rt.Fatalf("qubit %d has %s, want %s:\n%s", q, got[q], want[q], out.String())
			}
		}
	})
}

type fullDisk struct{}

var errFull = errors.New("disk full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestTextErrors(t *testing.T) {
	var out bytes.Buffer
	err := draw.Text(&out, circuits.New(2).H(0).CX(0, 2), nil)
	var op *circuits.OpError
	if !errors.As(err, &op) || op.Index != 1 || !errors.Is(err, circuits.ErrRange) || out.Len() > 0 {
		t.Errorf("got %v and %q", err, out.String())
	}
	if err := draw.Text(fullDisk{}, circuits.New(2), nil); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	if err := draw.Text(fullDisk{}, circuits.New(0), nil); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
