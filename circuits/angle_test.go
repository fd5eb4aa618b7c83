package circuits_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
)

// symbols is the number of weights and of features that anAngle draws from.
const symbols = 3

// anAngle draws an angle in normal form.
func anAngle() *rapid.Generator[circuits.Angle] {
	return rapid.Custom(func(t *rapid.T) circuits.Angle {
		var out circuits.Angle
		for range rapid.IntRange(0, 4).Draw(t, "terms") {
			term := circuits.Const(rapid.Float64Range(-10, 10).Draw(t, "coef"))
			for range rapid.IntRange(0, 3).Draw(t, "degree") {
				i := rapid.IntRange(0, symbols-1).Draw(t, "index")
				if rapid.Bool().Draw(t, "feature") {
					term = term.Times(circuits.Feature(i))
				} else {
					term = term.Times(circuits.Weight(i))
				}
			}
			out = out.Plus(term)
		}
		return out
	})
}

func values() *rapid.Generator[[]float64] {
	return rapid.SliceOfN(rapid.Float64Range(-3, 3), symbols, symbols)
}

// magnitude bounds the rounding error of an evaluation of a: the value with
// every term positive.
func magnitude(a circuits.Angle, w, x []float64) float64 {
	sum := 1.0
	for _, t := range a {
		p := math.Abs(t.Coef)
		for _, v := range t.Vars {
			if v.Feature {
				p *= math.Abs(x[v.Index])
			} else {
				p *= math.Abs(w[v.Index])
			}
		}
		sum += p
	}
	return sum
}

func TestAngleAlgebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anAngle().Draw(t, "a"), anAngle().Draw(t, "b")
		w, x := values().Draw(t, "w"), values().Draw(t, "x")
		s := rapid.Float64Range(-5, 5).Draw(t, "s")
		va, vb := a.Eval(w, x), b.Eval(w, x)
		tol := 1e-13 * magnitude(a, w, x) * magnitude(b, w, x)
		for _, c := range []struct {
			name string
			got  circuits.Angle
			want float64
		}{
			{"a+b", a.Plus(b), va + vb},
			{"a−b", a.Minus(b), va - vb},
			{"s·a", a.Scale(s), s * va},
			{"a·b", a.Times(b), va * vb},
		} {
			if got := c.got.Eval(w, x); !(math.Abs(got-c.want) <= 6*tol) {
				t.Errorf("%s = %v evaluates to %v, want %v", c.name, c.got, got, c.want)
			}
		}
		if d := a.Minus(a); d != nil {
			t.Errorf("a−a = %v, want nil", d)
		}
		if got := a.Plus(b); !reflect.DeepEqual(got, b.Plus(a)) {
			t.Errorf("a+b = %v but b+a = %v", got, b.Plus(a))
		}
	})
}

func TestAngleMethodsKeepReceiver(t *testing.T) {
	a := circuits.Angle{{Coef: 2, Vars: []circuits.Var{{Feature: true, Index: 1}, {Index: 0}}}, {Coef: 1}, {Coef: 3}}
	before := a.String()
	a.Plus(a)
	a.Times(a)
	a.Scale(3)
	if got := a.String(); got != before {
		t.Errorf("receiver changed from %s to %s", before, got)
	}
	if got := a.Plus(nil).String(); got != "2*w0*x1+4" {
		t.Errorf("normal form %s, want 2*w0*x1+4", got)
	}
}

func TestAngleTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anAngle().Draw(t, "a")
		back, err := circuits.ParseAngle(a.String())
		if err != nil || !reflect.DeepEqual(back, a) {
			t.Errorf("%v reads back as %v, error %v", a, back, err)
		}
	})
}

func TestAngleAddGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anAngle().Draw(t, "a")
		w, x := values().Draw(t, "w"), values().Draw(t, "x")
		dw, dx := make([]float64, symbols), make([]float64, symbols)
		for i := range symbols {
			dw[i], dx[i] = 1, 2 // AddGradient adds
		}
		a.AddGradient(w, x, 0.5, dw, dx)
		difference := func(v []float64, i int) float64 {
			const h = 1e-5
			at := v[i]
			v[i] = at + h
			plus := a.Eval(w, x)
			v[i] = at - h
			minus := a.Eval(w, x)
			v[i] = at
			return (plus - minus) / (2 * h)
		}
		// Cubic terms of size 10·3³ leave an error of 10·h² and rounding of 270·ε/h.
		const tol = 1e-7
		for i := range symbols {
			if want := 1 + 0.5*difference(w, i); !(math.Abs(dw[i]-want) <= tol) {
				t.Errorf("∂(%v)/∂w%d: %v, difference %v", a, i, dw[i], want)
			}
			if want := 2 + 0.5*difference(x, i); !(math.Abs(dx[i]-want) <= tol) {
				t.Errorf("∂(%v)/∂x%d: %v, difference %v", a, i, dx[i], want)
			}
		}
		a.AddGradient(w, x, 1, nil, nil) // both skipped
	})
}

func TestAngleSubstitute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anAngle().Draw(t, "a"), anAngle().Draw(t, "b")
		w, x := values().Draw(t, "w"), values().Draw(t, "x")
		got := a.Substitute(func(v circuits.Var) (circuits.Angle, bool) {
			return b, !v.Feature && v.Index == 1
		})
		changed := slices.Clone(w)
		changed[1] = b.Eval(w, x)
		want := a.Eval(changed, x)
		tol := 1e-12 * magnitude(a, changed, x) * math.Pow(magnitude(b, w, x), 3)
		if v := got.Eval(w, x); !(math.Abs(v-want) <= tol) {
			t.Errorf("(%v)[w1 := %v] = %v evaluates to %v, want %v", a, b, got, v, want)
		}
	})
}

func TestParseAngle(t *testing.T) {
	pi := math.Pi
	for _, c := range []struct {
		in, out string
		at      float64 // value for w = {2, 3}, x = {5, 7}
	}{
		{"0", "0", 0},
		{"-0", "0", 0},
		{"w1", "w1", 3},
		{"-x0", "-x0", -5},
		{"+w0", "w0", 2},
		{"2*w0*x1 - pi*x0 + 0.5", "2*w0*x1-3.141592653589793*x0+0.5", 28 - pi*5 + 0.5},
		{"x0*w0+w0*x0", "2*w0*x0", 20},
		{"w0-w0", "0", 0},
		{"pi*pi", "9.869604401089358", pi * pi},
		{"1e-3*w0 + 1E+2", "0.001*w0+100", 100.002},
		{"w0*w0*w0", "w0*w0*w0", 8},
		{"w000001", "w1", 3},
	} {
		a, err := circuits.ParseAngle(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if got := a.Eval([]float64{2, 3}, []float64{5, 7}); a.String() != c.out || math.Abs(got-c.at) > 1e-12 {
			t.Errorf("%q = %s with value %v, want %s with %v", c.in, a, got, c.out, c.at)
		}
	}
}

func TestParseAngleErrors(t *testing.T) {
	for in, cause := range map[string]error{
		"": circuits.ErrSyntax, "  ": circuits.ErrSyntax, "w": circuits.ErrSyntax, "x-1": circuits.ErrSyntax,
		"w0*": circuits.ErrSyntax, "*w0": circuits.ErrSyntax, "2w0": circuits.ErrSyntax, "w0+": circuits.ErrSyntax,
		"--1": circuits.ErrSyntax, "nan": circuits.ErrSyntax, "NaN": circuits.ErrSyntax, "inf": circuits.ErrSyntax,
		"1e999": circuits.ErrSyntax, "e": circuits.ErrSyntax, "0x10": circuits.ErrSyntax, "w99999999999": circuits.ErrSyntax,
		"1e308*10": circuits.ErrNotFinite, "1e308+1e308": circuits.ErrNotFinite, "1e200*1e200-1e200*1e200": circuits.ErrNotFinite,
		"w16777216": circuits.ErrRange, // 2²⁴
	} {
		if a, err := circuits.ParseAngle(in); !errors.Is(err, cause) || a != nil {
			t.Errorf("%q: %v, error %v, want %v", in, a, err, cause)
		}
	}
	if _, err := circuits.ParseAngle("w16777215"); err != nil {
		t.Errorf("highest index: %v", err)
	}
}

func TestAngleConst(t *testing.T) {
	for _, c := range []struct {
		a  circuits.Angle
		v  float64
		ok bool
	}{
		{nil, 0, true},
		{circuits.Const(0), 0, true},
		{circuits.Const(1.5), 1.5, true},
		{circuits.Weight(0), 0, false},
		{circuits.Feature(0).Plus(circuits.Const(1)), 0, false},
	} {
		if v, ok := c.a.Const(); v != c.v || ok != c.ok {
			t.Errorf("(%v).Const() = %v, %v, want %v, %v", c.a, v, ok, c.v, c.ok)
		}
	}
}

func FuzzParseAngle(f *testing.F) {
	for _, s := range []string{"0", "2*w0*x1-pi*x0+0.5", "-w3", "1e-5*x2", "w0*w0+1", "1e+", "++", "w16777216"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := circuits.ParseAngle(s)
		if err != nil {
			return
		}
		back, err := circuits.ParseAngle(a.String())
		if err != nil || !reflect.DeepEqual(a, back) {
			t.Errorf("%q reads as %v, which reads back as %v, error %v", s, a, back, err)
		}
	})
}

// The reduced angles are from mpmath 1.3 with 400 digits: v − 4π·round(v/4π).
func TestReduceAngle(t *testing.T) {
	for _, tt := range []struct{ v, want float64 }{
		{0.7, 0.7},
		{4 * math.Pi, 4 * math.Pi},
		{1e8, 1.9426951345040144},
		{-1e8, -1.9426951345040144},
		{1e16, -4.03576005801722},
		{1e300, -2.1838724841522326},
		{math.MaxFloat64, 3.136630678439006},
	} {
		if got := circuits.ReduceAngle(tt.v); !(math.Abs(got-tt.want) < 1e-15) {
			t.Errorf("ReduceAngle(%g) = %.17g, want %.17g", tt.v, got, tt.want)
		}
	}
	if got := circuits.ReduceAngle(math.Inf(1)); !math.IsNaN(got) {
		t.Errorf("ReduceAngle(+Inf) = %v", got)
	}
}

// One large term does not cost the others their digits: neither where it is a constant nor
// where it is a product with a symbol, and sums of many terms keep theirs.
func TestAnglesKeepDigits(t *testing.T) {
	a := circuits.Const(1e16).Reduced().Plus(circuits.Const(0.7)).Plus(circuits.Const(-1e16).Reduced())
	if v, _ := a.Const(); math.Abs(v-0.7) > 4e-15 {
		t.Errorf("1e16 + 0.7 − 1e16 = %v", v)
	}
	w := circuits.Weight(0).Plus(circuits.Const(1e16))
	if v := w.Reduced().Eval([]float64{0.7}, nil); math.Abs(v-0.7-circuits.ReduceAngle(1e16)) > 1e-15 {
		t.Errorf("w0 + 1e16 reduced is %v at 0.7", v)
	}
	x := circuits.Feature(0).Times(circuits.Weight(0)).Plus(circuits.Weight(1)).Minus(circuits.Feature(1))
	if v := x.EvalReduced([]float64{1e8, 0.7}, []float64{1e8, 1e16}); math.Abs(v-0.7) > 1e-14 {
		t.Errorf("1e16 + 0.7 − 1e16 = %v, of terms with symbols", v)
	}
	var terms circuits.Angle
	for range 100_000 {
		terms = append(terms, circuits.Const(0.1)...)
	}
	if v, _ := terms.Plus(nil).Const(); math.Abs(v-10000) > 1e-9*math.Abs(0.1) {
		t.Errorf("100,000 times 0.1 is %v", v)
	}
}
