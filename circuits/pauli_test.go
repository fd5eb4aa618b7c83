package circuits_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
)

func TestParsePauliSum(t *testing.T) {
	z1z2 := circuits.PauliString{{Qubit: 1, Pauli: 'Z'}, {Qubit: 2, Pauli: 'Z'}}
	x1x2 := circuits.PauliString{{Qubit: 1, Pauli: 'X'}, {Qubit: 2, Pauli: 'X'}}
	for _, c := range []struct {
		in   string
		want circuits.PauliSum
		out  string
	}{
		{"ZZI+0.5*XXI", circuits.PauliSum{{1, z1z2}, {0.5, x1x2}}, "Z1*Z2+0.5*X1*X2"},
		{"Z1*Z2 + 0.5*X2*X1", circuits.PauliSum{{1, z1z2}, {0.5, x1x2}}, "Z1*Z2+0.5*X1*X2"},
		{"0", nil, "0"},
		{"2.5", circuits.PauliSum{{2.5, nil}}, "2.5"},
		{"-1", circuits.PauliSum{{-1, nil}}, "-1"},
		{"II", circuits.PauliSum{{1, nil}}, "1"},
		{"I3*Y12", circuits.PauliSum{{1, circuits.PauliString{{12, 'Y'}}}}, "Y12"},
		{"-Z", circuits.PauliSum{{-1, circuits.PauliString{{0, 'Z'}}}}, "-Z0"},
		{"+X0-2e-3*Z1", circuits.PauliSum{{1, circuits.PauliString{{0, 'X'}}}, {-0.002, circuits.PauliString{{1, 'Z'}}}}, "X0-0.002*Z1"},
		{"1E-3*Y5+2E+2*X0-5E-1", circuits.PauliSum{{0.001, circuits.PauliString{{5, 'Y'}}}, {200, circuits.PauliString{{0, 'X'}}}, {-0.5, nil}}, "0.001*Y5+200*X0-0.5"},
		{"XYZ", circuits.PauliSum{{1, circuits.PauliString{{0, 'Z'}, {1, 'Y'}, {2, 'X'}}}}, "Z0*Y1*X2"},
		{"2*Z0*3", circuits.PauliSum{{6, circuits.PauliString{{0, 'Z'}}}}, "6*Z0"},
	} {
		got, err := circuits.ParsePauliSum(c.in)
		if err != nil || !reflect.DeepEqual(got, c.want) || got.String() != c.out {
			t.Errorf("%q = %v, error %v, want %s", c.in, got, err, c.out)
		}
	}
}

func TestParsePauliSumErrors(t *testing.T) {
	for in, cause := range map[string]error{
		"": circuits.ErrSyntax, " ": circuits.ErrSyntax, "Q": circuits.ErrSyntax, "Z0*": circuits.ErrSyntax,
		"*Z0": circuits.ErrSyntax, "Z0++Z1": circuits.ErrSyntax, "Z0+": circuits.ErrSyntax, "2Z0": circuits.ErrSyntax,
		"xyz": circuits.ErrSyntax, "Z99999999999": circuits.ErrSyntax,
		"Z0*X0": circuits.ErrDuplicate, "ZI*Z1": circuits.ErrDuplicate,
		"NaN*Z0": circuits.ErrNotFinite, "Inf": circuits.ErrNotFinite, "1e200*1e200*X1": circuits.ErrNotFinite,
	} {
		if s, err := circuits.ParsePauliSum(in); !errors.Is(err, cause) || s != nil {
			t.Errorf("%q: %v, error %v, want %v", in, s, err, cause)
		}
	}
}

func TestPauliSumValidate(t *testing.T) {
	for _, c := range []struct {
		s     circuits.PauliSum
		cause error
	}{
		{nil, nil},
		{circuits.PauliZ(3), nil},
		{circuits.PauliSum{{math.NaN(), nil}}, circuits.ErrNotFinite},
		{circuits.PauliSum{{1, circuits.PauliString{{0, 'A'}}}}, circuits.ErrSyntax},
		{circuits.PauliSum{{1, circuits.PauliString{{0, 0}}}}, circuits.ErrSyntax},
		{circuits.PauliSum{{1, circuits.PauliString{{-1, 'X'}}}}, circuits.ErrRange},
		{circuits.PauliSum{{1, circuits.PauliString{{1, 'X'}, {1, 'Y'}}}}, circuits.ErrDuplicate},
		{circuits.PauliSum{{1, circuits.PauliString{{1, 'X'}, {0, 'Y'}}}}, circuits.ErrDuplicate},
	} {
		if err := c.s.Validate(); !errors.Is(err, c.cause) {
			t.Errorf("%v: error %v, want %v", c.s, err, c.cause)
		}
	}
}

func TestPauliSumQubits(t *testing.T) {
	for in, want := range map[string]int{"0": 0, "1": 0, "Z0": 1, "XII+Z1": 3, "Y7*X2": 8} {
		s, err := circuits.ParsePauliSum(in)
		if err != nil || s.Qubits() != want {
			t.Errorf("%s: %d qubits, error %v, want %d", in, s.Qubits(), err, want)
		}
	}
}

func TestPauliSumTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s circuits.PauliSum
		for range rapid.IntRange(1, 4).Draw(t, "terms") {
			term := circuits.PauliTerm{Coef: rapid.Float64Range(-1e6, 1e6).Filter(func(v float64) bool { return v != 0 }).Draw(t, "coef")}
			for q := range rapid.IntRange(0, 5).Draw(t, "qubits") {
				if p := rapid.SampledFrom([]byte("IXYZ")).Draw(t, "pauli"); p != 'I' {
					term.String = append(term.String, circuits.PauliFactor{Qubit: q, Pauli: p})
				}
			}
			s = append(s, term)
		}
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back circuits.PauliSum
		if err := back.UnmarshalText(text); err != nil || !reflect.DeepEqual(back, s) {
			t.Errorf("%s reads back as %v, error %v", text, back, err)
		}
	})
}

func FuzzParsePauliSum(f *testing.F) {
	for _, s := range []string{"ZZI+0.5*XXI", "Z0*Z1 - 0.3*X2", "0", "1e-3*Y5", "NaN", "0x1p-2*Z0", "++", "I0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := circuits.ParsePauliSum(text)
		if err != nil {
			return
		}
		back, err := circuits.ParsePauliSum(s.String())
		// The sum of one zero constant is written 0, which reads as the empty sum.
		if err != nil || back.String() != s.String() {
			t.Errorf("%q reads as %v, which reads back as %v, error %v", text, s, back, err)
		}
	})
}
