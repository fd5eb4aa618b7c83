package draw_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/draw"
)

func conditions() *circuits.Circuit {
	return circuits.New(3).H(0).Measure(0, 0).Measure(1, 1).X(1).If(circuits.BitIs(0, true)).
		CX(0, 2).If(circuits.BitsAre([]int{0, 1}, circuits.Less, 2)).RY(w(0), 0).If(circuits.BitIs(0, false).Both(circuits.BitIs(1, true))).
		Store(0, circuits.BitIs(1, true)).Measure(2, 0).If(circuits.BitIs(1, true)).X(2)
}

func TestSVGGolden(t *testing.T) {
	for _, tc := range []struct {
		name    string
		circuit *circuits.Circuit
		options *draw.Options
	}{
		{"no-qubits", circuits.New(0), nil},
		{"empty", circuits.New(2), nil},
		{"gates", everyGate(), &draw.Options{Width: 110}},
		{"conditions", conditions(), nil},
		{"names", circuits.New(2).RX(w(0).Plus(w(1)), 0).CX(0, 1).GPhase(w(0)), &draw.Options{Qubits: []string{"a<0>", "b"}, Weights: []string{"theta", "φ"}}},
		{"reuploading", built(t, ansatz.Config{Features: 3, Ansatz: "reuploading", Layers: 2}), &draw.Options{Width: 80}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := draw.SVG(&got, tc.circuit, tc.options); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", tc.name+".svg")
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
				t.Errorf("%s differs; run go test -update and look at the picture", file)
			}
		})
	}
}

// rectangle is a box of a picture.
type rectangle struct{ x, y, width, height float64 }

// boxes reads a picture: its size and the boxes of gates.
func boxes(t testing.TB, svg []byte) (width, height float64, out []rectangle) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return width, height, out
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		value := map[string]float64{}
		for _, a := range start.Attr {
			if v, err := strconv.ParseFloat(a.Value, 64); err == nil {
				value[a.Name.Local] = v
			}
		}
		switch start.Name.Local {
		case "svg":
			width, height = value["width"], value["height"]
		case "rect":
			out = append(out, rectangle{value["x"], value["y"], value["width"], value["height"]})
		}
	}
}

// TestSVGBoxes: in any picture the boxes are inside it and do not overlap.
func TestSVGBoxes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "n")
		c := circuits.New(n)
		for i := range rapid.IntRange(0, 25).Draw(rt, "gates") {
			a, b := rapid.IntRange(0, n-1).Draw(rt, "a"), rapid.IntRange(0, n-1).Draw(rt, "b")
			switch {
			case a != b:
				c.RXX(w(i), a, b)
			case i%3 == 0:
				c.Measure(a, i)
			default:
				c.U(w(i), x(i), circuits.Const(float64(i)/7), a)
			}
			if i%4 == 1 && c.Clbits > 0 {
				c.If(circuits.BitIs(c.Clbits-1, i%8 == 1))
			}
		}
		var out bytes.Buffer
		if err := draw.SVG(&out, c, &draw.Options{Width: rapid.IntRange(0, 120).Draw(rt, "width")}); err != nil {
			rt.Fatal(err)
		}
		width, height, list := boxes(t, out.Bytes())
		for i, r := range list {
			if r.x < 0 || r.y < 0 || r.x+r.width > width || r.y+r.height > height {
				rt.Fatalf("box %v outside a picture of %v × %v", r, width, height)
			}
			for _, s := range list[:i] {
				if r.x < s.x+s.width && s.x < r.x+r.width && r.y < s.y+s.height && s.y < r.y+r.height {
					rt.Fatalf("boxes %v and %v overlap", r, s)
				}
			}
		}
	})
}

func TestSVGErrors(t *testing.T) {
	if err := draw.SVG(io.Discard, circuits.New(1).X(3), nil); !errors.Is(err, circuits.ErrRange) {
		t.Errorf("invalid circuit: %v", err)
	}
	broken := errors.New("disk full")
	if err := draw.SVG(failing{broken}, circuits.New(1), nil); !errors.Is(err, broken) {
		t.Errorf("writer: %v", err)
	}
	var text bytes.Buffer
	o := &draw.Options{Qubits: []string{"alpha", "b"}, Weights: []string{"theta"}}
	if err := draw.Text(&text, circuits.New(2).RX(w(0), 0).RX(w(1), 1), o); err != nil || !strings.HasPrefix(text.String(), "alpha: ─RX(theta)─\nb:     ─RX(w1)") {
		t.Errorf("names in text: %v\n%s", err, &text)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
