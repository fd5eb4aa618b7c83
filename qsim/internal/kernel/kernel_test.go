package kernel

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"
)

// tolerance is some dozen roundings of numbers of order 1, summed over at most
// 2⁸ amplitudes.
const tolerance = 1e-13

// kron is (f[n−1]⊗…⊗f[0])·v by the definition of the product: the last factor
// combines the halves of v.
func kron(f [][]complex128, v []complex128) []complex128 {
	if len(f) == 0 {
		return slices.Clone(v)
	}
	m, rest, h := f[len(f)-1], f[:len(f)-1], len(v)/2
	x, y := kron(rest, v[:h]), kron(rest, v[h:])
	out := make([]complex128, len(v))
	for i := range h {
		out[i], out[h+i] = m[0]*x[i]+m[1]*y[i], m[2]*x[i]+m[3]*y[i]
	}
	return out
}

// placed is the dense oracle: Σ m[r,c]·|r⟩⟨c| on the targets, the projector on 1
// on the controls, identities elsewhere, applied to v.
func placed(n int, targets, controls []int, m, v []complex128) []complex128 {
	out := make([]complex128, len(v))
	d := 1 << len(targets)
	for r := range d {
		for c := range d {
			f := make([][]complex128, n)
			for q := range f {
				f[q] = []complex128{1, 0, 0, 1}
			}
			for _, q := range controls {
				f[q] = []complex128{0, 0, 0, 1}
			}
			for i, q := range targets {
				f[q] = make([]complex128, 4)
				f[q][2*(r>>i&1)+c>>i&1] = 1
			}
			for x, w := range kron(f, v) {
				out[x] += m[r*d+c] * w
			}
		}
	}
	return out
}

// controlled is the oracle of a gate: m where the controls are 1, v elsewhere.
func controlled(n int, targets, controls []int, m, v []complex128) []complex128 {
	d := 1 << len(targets)
	minus := slices.Clone(m)
	for i := range d {
		minus[i*d+i]--
	}
	out := placed(n, targets, controls, minus, v)
	for x := range out {
		out[x] += v[x]
	}
	return out
}

const guard = 16 // amplitudes on either side of a state that nobody may touch

// guarded copies v between guard bands and returns a check of the bands.
func guarded[A Amplitude](v []A) (inside []A, intact func() bool) {
	band := slices.Repeat([]A{A(complex(1e30, -1e30))}, guard)
	all := slices.Concat(band, v, band)
	return all[guard : guard+len(v) : guard+len(v)], func() bool {
		return slices.Equal(all[:guard], band) && slices.Equal(all[guard+len(v):], band)
	}
}

func random(rng *rand.Rand, n int) []complex128 {
	v := make([]complex128, n)
	for i := range v {
		v[i] = complex(rng.NormFloat64(), rng.NormFloat64())
	}
	return v
}

func equal(a, b []complex128) bool {
	for i := range a {
		if !(cmplx.Abs(a[i]-b[i]) <= tolerance*float64(len(a))) {
			return false
		}
	}
	return len(a) == len(b)
}

// pieces are cuts of 0 ≤ k < groups: whole, in two uneven parts, and of 3.
func pieces(groups int) [][]int {
	threes := []int{0}
	for k := 3; k < groups; k += 3 {
		threes = append(threes, k)
	}
	return [][]int{{0, groups}, {0, groups / 3, groups}, append(threes, groups)}
}

// choices calls f with all ordered choices of t of the numbers 0 ≤ q < n and all
// sets of at most c of the rest.
func choices(n, t, c int, f func(targets, controls []int)) {
	var targets, controls []int
	var addControls func(from int)
	addControls = func(from int) {
		f(slices.Clone(targets), slices.Clone(controls))
		for q := from; q < n && len(controls) < c; q++ {
			if !slices.Contains(targets, q) {
				controls = append(controls, q)
				addControls(q + 1)
				controls = controls[:len(controls)-1]
			}
		}
	}
	var addTargets func()
	addTargets = func() {
		if len(targets) == t {
			addControls(0)
			return
		}
		for q := range n {
			if !slices.Contains(targets, q) {
				targets = append(targets, q)
				addTargets()
				targets = targets[:len(targets)-1]
			}
		}
	}
	addTargets()
}

// gateTest is a kernel that changes a state.
type gateTest struct {
	name              string
	targets, controls int
	maxQubits         int
	matrix            func(m []complex128) []complex128 // what the kernel does, given a random matrix
	run               func(a []complex128, p *Place, m []complex128, lo, hi int)
}

// check runs the kernel on one choice of targets and controls.
func (tt gateTest) check(t *testing.T, rng *rand.Rand, n int, targets, controls []int) {
	t.Helper()
	v, m := random(rng, 1<<n), tt.matrix(random(rng, 1<<(2*tt.targets)))
	want := controlled(n, targets, controls, m, v)
	p := NewPlace[complex128](targets, controls)
	for _, cuts := range pieces(p.Groups(1 << n)) {
		got, intact := guarded(v)
		for i := range cuts[1:] {
			tt.run(got, &p, m, cuts[i], cuts[i+1])
		}
		if !equal(got, want) {
			t.Fatalf("n=%d targets %v controls %v pieces %v: %v, oracle %v", n, targets, controls, cuts, got, want)
		}
		if !intact() {
			t.Fatalf("n=%d targets %v controls %v: wrote outside the state", n, targets, controls)
		}
	}
}

// TestGates runs every kernel that changes a state on every choice of targets
// and controls, in one piece and in several.
func TestGates(t *testing.T) {
	x := []complex128{0, 1, 1, 0}
	swap := []complex128{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}
	tests := []gateTest{
		{"Scale", 0, 3, 8, func(m []complex128) []complex128 { return m }, func(a []complex128, p *Place, m []complex128, lo, hi int) { Scale(a, p, m[0], lo, hi) }},
		{"Diagonal", 1, 2, 8, func(m []complex128) []complex128 { return []complex128{m[0], 0, 0, m[3]} }, func(a []complex128, p *Place, m []complex128, lo, hi int) { Diagonal(a, p, m[0], m[3], lo, hi) }},
		{"Diagonal1", 1, 2, 8, func(m []complex128) []complex128 { return []complex128{1, 0, 0, m[3]} }, func(a []complex128, p *Place, m []complex128, lo, hi int) { Diagonal(a, p, m[0], m[3], lo, hi) }},
		{"Flip", 1, 2, 8, func([]complex128) []complex128 { return x }, func(a []complex128, p *Place, _ []complex128, lo, hi int) { Flip(a, p, lo, hi) }},
		{"Swap", 2, 2, 7, func([]complex128) []complex128 { return swap }, func(a []complex128, p *Place, _ []complex128, lo, hi int) { Swap(a, p, lo, hi) }},
		{"Dense/1", 1, 2, 8, func(m []complex128) []complex128 { return m }, Dense[complex128]},
		{"Dense/2", 2, 1, 7, func(m []complex128) []complex128 { return m }, Dense[complex128]},
		{"Dense/3", 3, 0, 6, func(m []complex128) []complex128 { return m }, Dense[complex128]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(len(tt.name))))
			for n := max(1, tt.targets); n <= tt.maxQubits; n++ {
				choices(n, tt.targets, tt.controls, func(targets, controls []int) { tt.check(t, rng, n, targets, controls) })
			}
		})
	}
}

// TestInner compares ⟨λ|G|ψ⟩, G zero where a control is 0, with the oracle.
func TestInner(t *testing.T) {
	for _, tt := range []struct{ targets, controls, maxQubits int }{{0, 2, 6}, {1, 2, 8}, {2, 1, 7}, {3, 0, 5}} {
		t.Run(fmt.Sprint(tt.targets), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(2, uint64(tt.targets)))
			for n := max(1, tt.targets); n <= tt.maxQubits; n++ {
				choices(n, tt.targets, tt.controls, func(targets, controls []int) { checkInner(t, rng, n, targets, controls) })
			}
		})
	}
}

func checkInner(t *testing.T, rng *rand.Rand, n int, targets, controls []int) {
	t.Helper()
	lambda, psi, m := random(rng, 1<<n), random(rng, 1<<n), random(rng, 1<<(2*len(targets)))
	want := complex128(0)
	for x, v := range placed(n, targets, controls, m, psi) {
		want += cmplx.Conj(lambda[x]) * v
	}
	p := NewPlace[complex128](targets, controls)
	for _, cuts := range pieces(p.Groups(1 << n)) {
		got := complex128(0)
		for i := range cuts[1:] {
			got += Inner(lambda, psi, &p, m, cuts[i], cuts[i+1])
		}
		if !(cmplx.Abs(got-want) <= tolerance*float64(len(psi))) {
			t.Fatalf("n=%d targets %v controls %v pieces %v: %v, oracle %v", n, targets, controls, cuts, got, want)
		}
	}
}

// TestPauli compares all Pauli strings with products of the Pauli matrices.
func TestPauli(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for n := 1; n <= 4; n++ {
		for code := range 1 << (2 * n) {
			p, factors := pauliOf(code, n)
			v, before, coef := random(rng, 1<<n), random(rng, 1<<n), rng.NormFloat64()
			want, wantSum := 0.0, slices.Clone(before)
			for x, w := range kron(factors, v) {
				want += real(cmplx.Conj(v[x]) * w)
				wantSum[x] += complex(coef, 0) * w
			}
			for _, cuts := range pieces(1 << n) {
				got := 0.0
				sum, intact := guarded(before)
				for i := range cuts[1:] {
					got += Expect(v, p, cuts[i], cuts[i+1])
					AddPauli(sum, v, p, coef, cuts[i], cuts[i+1])
				}
				if !(math.Abs(got-want) <= tolerance*float64(len(v))) || !equal(sum, wantSum) || !intact() {
					t.Fatalf("n=%d %+v: expectation %v and sum %v, oracle %v and %v", n, p, got, sum, want, wantSum)
				}
			}
		}
	}
}

// pauliOf is a Pauli string as masks and as matrices; two bits of code stand for
// the letter of a qubit: I, X, Y, Z.
func pauliOf(code, n int) (p Pauli, factors [][]complex128) {
	matrices := [4][]complex128{{1, 0, 0, 1}, {0, 1, 1, 0}, {0, -1i, 1i, 0}, {1, 0, 0, -1}}
	p.Phase = 1
	for q := range n {
		letter := code >> (2 * q) & 3
		factors = append(factors, matrices[letter])
		if letter == 1 || letter == 2 {
			p.X |= 1 << q
		}
		if letter >= 2 {
			p.Z |= 1 << q
		}
		if letter == 2 {
			p.Phase *= 1i
		}
	}
	return p, factors
}

func TestNormAndProbabilities(t *testing.T) {
	v := []complex128{3 + 4i, 0, -2i, 1}
	if got := Norm2(v, 0, 4) - Norm2(v, 2, 4); got != 25 {
		t.Errorf("Norm2 of the first two: %v, want 25", got)
	}
	if got := Norm2(v, 1, 1); got != 0 {
		t.Errorf("Norm2 of nothing: %v", got)
	}
	dst := []float64{-1, -1, -1, -1}
	Probabilities(dst, v, 0, 3)
	if want := []float64{25, 0, 4, -1}; !slices.Equal(dst, want) {
		t.Errorf("Probabilities: %v, want %v", dst, want)
	}
}
