package circuits

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Var is a symbol of an [Angle]: weight θᵢ, feature xᵢ, or a variable of the circuit,
// whose value is known when the circuit runs.
type Var struct {
	Feature bool // a feature of the sample rather than a trainable weight
	Local   bool // a variable of the circuit
	Index   int  // position in the weights or features given at run time, 0 ≤ Index < 2²⁴
}

// maxSymbols bounds symbol indices, so that a hostile file cannot make a program
// allocate weights without end.
const maxSymbols = 1 << 24

// String gives w3 for weight 3, x0 for feature 0 and v1 for variable 1.
func (v Var) String() string {
	if v.Local {
		return "v" + strconv.Itoa(v.Index)
	}
	if v.Feature {
		return "x" + strconv.Itoa(v.Index)
	}
	return "w" + strconv.Itoa(v.Index)
}

func compareVars(a, b Var) int {
	if a.Local != b.Local {
		return b2i(a.Local) - b2i(b.Local)
	}
	if a.Feature != b.Feature {
		if a.Feature {
			return 1
		}
		return -1
	}
	return cmp.Compare(a.Index, b.Index)
}

// Term is Coef · ∏ Vars; an empty product is 1 and a repeated symbol is a power.
type Term struct {
	Coef float64
	Vars []Var
}

// Angle is a polynomial in weights and features, in radians: the sum of its
// terms. The nil Angle is the constant 0. Angles are values: the methods below
// never modify their receiver and return polynomials in normal form (symbols of
// a term sorted, terms sorted by degree and symbols, no two alike, none zero).
type Angle []Term

// Const is the angle v.
func Const(v float64) Angle {
	if v == 0 {
		return nil
	}
	return Angle{{Coef: v}}
}

// Weight is the angle θᵢ, the i-th trainable weight.
func Weight(i int) Angle { return Angle{{Coef: 1, Vars: []Var{{Index: i}}}} }

// Feature is the angle xᵢ, the i-th feature of a sample.
func Feature(i int) Angle { return Angle{{Coef: 1, Vars: []Var{{Feature: true, Index: i}}}} }

// Variable is the angle whose value is variable i of the circuit.
func Variable(i int) Angle { return Angle{{Coef: 1, Vars: []Var{{Local: true, Index: i}}}} }

// Plus is a + b.
func (a Angle) Plus(b Angle) Angle {
	return slices.Concat(a, b).normal()
}

// Minus is a − b.
func (a Angle) Minus(b Angle) Angle { return a.Plus(b.Scale(-1)) }

// Scale is s·a.
func (a Angle) Scale(s float64) Angle {
	out := make(Angle, len(a))
	for i, t := range a {
		out[i] = Term{Coef: s * t.Coef, Vars: t.Vars}
	}
	return out.normal()
}

// Times is the product a·b.
func (a Angle) Times(b Angle) Angle {
	out := make(Angle, 0, len(a)*len(b))
	for _, s := range a {
		for _, t := range b {
			out = append(out, Term{Coef: s.Coef * t.Coef, Vars: slices.Concat(s.Vars, t.Vars)})
		}
	}
	return out.normal()
}

// normal returns the normal form of a without touching the slices a refers to.
func (a Angle) normal() Angle {
	out := make(Angle, 0, len(a))
	for _, t := range a {
		vars := slices.Clone(t.Vars)
		slices.SortFunc(vars, compareVars)
		out = append(out, Term{t.Coef, vars})
	}
	slices.SortStableFunc(out, func(s, t Term) int {
		if c := cmp.Compare(len(t.Vars), len(s.Vars)); c != 0 {
			return c
		}
		return slices.CompareFunc(s.Vars, t.Vars, compareVars)
	})
	merged, lost := out[:0], 0.0 // lost is what rounding the sum so far has lost
	for _, t := range out {
		k := len(merged) - 1
		if k >= 0 && slices.Equal(merged[k].Vars, t.Vars) {
			merged[k].Coef, lost = plus(merged[k].Coef, t.Coef, lost)
			continue
		}
		if k >= 0 {
			merged[k].Coef += lost
		}
		merged, lost = append(merged, t), 0
	}
	if k := len(merged) - 1; k >= 0 {
		merged[k].Coef += lost
	}
	merged = slices.DeleteFunc(merged, func(t Term) bool { return t.Coef == 0 })
	if len(merged) == 0 {
		return nil
	}
	return merged
}

// plus is a + b, and lost with what rounding the sum has lost (Neumaier 1974,
// doi:10.1002/zamm.19740540106).
func plus(a, b, lost float64) (sum, lostToo float64) {
	sum = a + b
	switch {
	case math.IsInf(sum, 0) || math.IsNaN(sum):
		return sum, 0
	case math.Abs(a) >= math.Abs(b):
		return sum, lost + (a - sum + b)
	}
	return sum, lost + (b - sum + a)
}

// ReduceAngle returns the angle in [−2π, 2π] that differs from v by a multiple of 4π, the
// period that every gate has in each of its angles, to within 10⁻¹⁵ for any finite v. Where
// |v| ≤ 4π it is v itself.
func ReduceAngle(v float64) float64 {
	if math.Abs(v) <= 4*math.Pi {
		return v
	}
	s, c := math.Sincos(v / 2) // exact for large angles too, by more digits of π than a float64 has
	return 2 * math.Atan2(s, c)
}

// Reduced is a with its constant term reduced as [ReduceAngle] does, so that sums keep the
// digits of what is added to it.
func (a Angle) Reduced() Angle {
	for i, t := range a {
		if len(t.Vars) == 0 && math.Abs(t.Coef) > 4*math.Pi && !math.IsInf(t.Coef, 0) {
			a = slices.Clone(a)
			a[i].Coef = ReduceAngle(t.Coef)
			return a.normal()
		}
	}
	return a
}

// largeTerm is the size of a term from which its rounding errors are those of a float64 of
// that size, 10⁻¹³, and larger than what reducing it costs in time.
const largeTerm = 1 << 10

// EvalReduced is the value of a as [Angle.Eval] gives it, but for a multiple of 4π, which no
// gate sees: terms beyond ±1024 are reduced one by one before they are added, so that one
// large term does not cost the others their digits.
func (a Angle) EvalReduced(weights, features []float64) float64 {
	sum := 0.0
	for _, t := range a {
		p := t.Coef
		for _, v := range t.Vars {
			p *= v.value(weights, features)
		}
		if math.Abs(p) > largeTerm {
			p = ReduceAngle(p)
		}
		sum += p
	}
	return sum
}

// Eval is the value of a for the given weights and features, which must hold
// every index that a uses; a must have no variables ([Angle.In] knows them).
func (a Angle) Eval(weights, features []float64) float64 {
	sum := 0.0
	for _, t := range a {
		p := t.Coef
		for _, v := range t.Vars {
			p *= v.value(weights, features)
		}
		sum += p
	}
	return sum
}

func (v Var) value(weights, features []float64) float64 {
	if v.Feature {
		return features[v.Index]
	}
	return weights[v.Index]
}

// AddGradient adds scale·∂a/∂θᵢ to dw[i] and scale·∂a/∂xᵢ to dx[i]. A nil dw or
// dx is skipped.
func (a Angle) AddGradient(weights, features []float64, scale float64, dw, dx []float64) {
	for _, t := range a {
		for k, v := range t.Vars {
			dst := dw
			if v.Feature {
				dst = dx
			}
			if dst == nil {
				continue
			}
			p := scale * t.Coef
			for j, u := range t.Vars {
				if j != k {
					p *= u.value(weights, features)
				}
			}
			dst[v.Index] += p
		}
	}
}

// Substitute replaces each symbol v of a for which f(v) reports true by the angle
// that f gives, and keeps the others.
func (a Angle) Substitute(f func(Var) (Angle, bool)) Angle {
	var out Angle
	for _, t := range a {
		product := Const(t.Coef)
		for _, v := range t.Vars {
			by, ok := f(v)
			if !ok {
				by = Angle{{Coef: 1, Vars: []Var{v}}}
			}
			product = product.Times(by)
		}
		out = append(out, product...)
	}
	return out.normal()
}

// Const returns the value of a and true when a has no symbols.
func (a Angle) Const() (float64, bool) {
	switch {
	case len(a) == 0:
		return 0, true
	case len(a) == 1 && len(a[0].Vars) == 0:
		return a[0].Coef, true
	}
	return 0, false
}

// HoldsWeight reports whether a has a weight.
func (a Angle) HoldsWeight() bool {
	return a.holds(func(v Var) bool { return !v.Feature && !v.Local })
}

// HoldsFeature reports whether a has a feature.
func (a Angle) HoldsFeature() bool { return a.holds(func(v Var) bool { return v.Feature && !v.Local }) }

// HoldsVariable reports whether a has a variable of the circuit.
func (a Angle) HoldsVariable() bool { return a.holds(func(v Var) bool { return v.Local }) }

func (a Angle) holds(kind func(Var) bool) bool {
	return slices.ContainsFunc(a, func(t Term) bool { return slices.ContainsFunc(t.Vars, kind) })
}

// bounds returns one more than the highest weight and feature index of a.
func (a Angle) bounds() (weights, features int) {
	for _, t := range a {
		for _, v := range t.Vars {
			switch {
			case v.Local:
			case v.Feature:
				features = max(features, v.Index+1)
			default:
				weights = max(weights, v.Index+1)
			}
		}
	}
	return weights, features
}

func (a Angle) validate(vars int) error {
	for _, t := range a {
		if math.IsNaN(t.Coef) || math.IsInf(t.Coef, 0) {
			return fmt.Errorf("angle with coefficient %v: %w", t.Coef, ErrNotFinite)
		}
		for _, v := range t.Vars {
			if v.Local && (v.Index < 0 || v.Index >= vars) {
				return fmt.Errorf("angle: variable %d of %d: %w", v.Index, vars, ErrRange)
			}
			if v.Index < 0 || v.Index >= maxSymbols {
				return fmt.Errorf("angle: symbol %v, indices go from 0 to %d: %w", v, maxSymbols-1, ErrRange)
			}
		}
	}
	return nil
}

// String writes a as a sum of products, such as 2*w0*x1-0.5*x0+3.14; [ParseAngle]
// reads it back to the same bits.
func (a Angle) String() string {
	if len(a) == 0 {
		return "0"
	}
	var b strings.Builder
	for i, t := range a {
		coef := strconv.FormatFloat(t.Coef, 'g', -1, 64)
		if i > 0 && !strings.HasPrefix(coef, "-") {
			b.WriteByte('+')
		}
		switch {
		case len(t.Vars) > 0 && t.Coef == 1:
		case len(t.Vars) > 0 && t.Coef == -1:
			b.WriteByte('-')
		default:
			b.WriteString(coef)
			if len(t.Vars) > 0 {
				b.WriteByte('*')
			}
		}
		for k, v := range t.Vars {
			if k > 0 {
				b.WriteByte('*')
			}
			b.WriteString(v.String())
		}
	}
	return b.String()
}

// MarshalText writes a as [Angle.String] does.
func (a Angle) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what [Angle.MarshalText] wrote.
func (a *Angle) UnmarshalText(text []byte) error {
	parsed, err := ParseAngle(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// ParseAngle reads a sum of products of numbers, pi, weights w0, w1, …,
// features x0, x1, … and variables v0, v1, …, such as "2*w0*x1 - pi*x0 + 0.5". Spaces are ignored. The
// error wraps [ErrSyntax], [ErrRange] or [ErrNotFinite].
func ParseAngle(s string) (Angle, error) {
	rest := strings.ReplaceAll(s, " ", "")
	if rest == "" {
		return nil, fmt.Errorf("angle %q: empty: %w", s, ErrSyntax)
	}
	var out Angle
	for rest != "" {
		t := Term{Coef: 1}
		switch rest[0] {
		case '+':
			rest = rest[1:]
		case '-':
			t.Coef, rest = -1, rest[1:]
		default:
			if len(out) > 0 {
				return nil, fmt.Errorf("angle %q: unexpected %q: %w", s, rest, ErrSyntax)
			}
		}
		for {
			n, err := t.factor(rest)
			if err != nil {
				return nil, fmt.Errorf("angle %q: %w", s, err)
			}
			if rest = rest[n:]; !strings.HasPrefix(rest, "*") {
				break
			}
			rest = rest[1:]
		}
		out = append(out, t)
	}
	out = out.normal()
	if err := out.validate(maxVars); err != nil {
		return nil, fmt.Errorf("angle %q: %w", s, err)
	}
	return out, nil
}

// factor multiplies t by the number or symbol at the start of s and returns its
// length.
func (t *Term) factor(s string) (int, error) {
	if strings.HasPrefix(s, "pi") {
		t.Coef *= math.Pi
		return 2, nil
	}
	if s != "" && strings.IndexByte("wxv", s[0]) >= 0 {
		n := 1
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		i, err := strconv.ParseInt(s[1:n], 10, 32)
		if err != nil {
			return 0, fmt.Errorf("symbol %q needs an index: %w", s[:n], ErrSyntax)
		}
		t.Vars = append(t.Vars, Var{Feature: s[0] == 'x', Local: s[0] == 'v', Index: int(i)})
		return n, nil
	}
	n := 0
	for n < len(s) && (strings.IndexByte("0123456789.eE", s[n]) >= 0 || n > 0 && (s[n-1] == 'e' || s[n-1] == 'E') && (s[n] == '-' || s[n] == '+')) {
		n++
	}
	v, err := strconv.ParseFloat(s[:n], 64)
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number nor a symbol: %w", s, ErrSyntax)
	}
	t.Coef *= v
	return n, nil
}
