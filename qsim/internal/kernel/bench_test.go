package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// sets are pure Go and all sets of this machine, by name.
func sets() map[string]*vectors {
	all := map[string]*vectors{"generic": nil}
	for _, v := range available() {
		all[v.name] = v
	}
	return all
}

// benchmark runs body on a random state of n qubits with each set.
func benchmark(b *testing.B, name string, n, touched int, targets, controls []int, body func(a []complex128, p *Place, groups int)) {
	rng := rand.New(rand.NewPCG(1, 2))
	a := random(rng, 1<<n)
	for impl, v := range sets() {
		p := newPlace[complex128](v, targets, controls)
		b.Run(fmt.Sprintf("%s/impl=%s", name, impl), func(b *testing.B) {
			b.SetBytes(32 * int64(touched))
			b.ReportAllocs()
			for b.Loop() {
				body(a, &p, p.Groups(len(a)))
			}
		})
	}
}

// BenchmarkReadModifyWrite is the bandwidth that bounds all gates: each amplitude
// read and written once, in place.
func BenchmarkReadModifyWrite(b *testing.B) {
	for _, n := range []int{10, 16, 20, 24} {
		benchmark(b, fmt.Sprintf("n=%d", n), n, 1<<n, nil, nil, func(a []complex128, p *Place, groups int) { Scale(a, p, -1, 0, groups) })
	}
}

func BenchmarkApply1(b *testing.B) {
	// A rotation about an axis in general position.
	m := []complex128{0.64 - 0.48i, 0.48 + 0.36i, -0.48 + 0.36i, 0.64 + 0.48i}
	for _, n := range []int{4, 10, 24} {
		for _, target := range targetsOf(n) {
			benchmark(b, fmt.Sprintf("n=%d/target=%d", n, target), n, 1<<n, []int{target}, nil,
				func(a []complex128, p *Place, groups int) { Dense(a, p, m, 0, groups) })
		}
	}
}

func BenchmarkApply1Real(b *testing.B) {
	m := []complex128{0.8, -0.6, 0.6, 0.8}
	for _, n := range []int{4, 10, 24} {
		for _, target := range targetsOf(n) {
			benchmark(b, fmt.Sprintf("n=%d/target=%d", n, target), n, 1<<n, []int{target}, nil,
				func(a []complex128, p *Place, groups int) { Dense(a, p, m, 0, groups) })
		}
	}
}

func BenchmarkControlled1(b *testing.B) {
	m := []complex128{0.64 - 0.48i, 0.48 + 0.36i, -0.48 + 0.36i, 0.64 + 0.48i}
	for _, n := range []int{10, 24} {
		for _, control := range targetsOf(n) {
			target := n / 2
			if target == control {
				continue
			}
			benchmark(b, fmt.Sprintf("n=%d/control=%d", n, control), n, 1<<n/2, []int{target}, []int{control},
				func(a []complex128, p *Place, groups int) { Dense(a, p, m, 0, groups) })
		}
	}
}

func BenchmarkDiagonal(b *testing.B) {
	for _, n := range []int{4, 10, 24} {
		for _, target := range targetsOf(n) {
			benchmark(b, fmt.Sprintf("n=%d/target=%d", n, target), n, 1<<n, []int{target}, nil,
				func(a []complex128, p *Place, groups int) { Diagonal(a, p, 0.6-0.8i, 0.6+0.8i, 0, groups) })
		}
	}
}

func BenchmarkFlip(b *testing.B) {
	for _, n := range []int{4, 10, 24} {
		for _, target := range targetsOf(n) {
			control := (target + n/2) % n
			benchmark(b, fmt.Sprintf("n=%d/target=%d/control=%d", n, target, control), n, 1<<n/2, []int{target}, []int{control},
				func(a []complex128, p *Place, groups int) { Flip(a, p, 0, groups) })
		}
	}
}

func BenchmarkDense(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{10, 24} {
		for _, targets := range [][]int{{0, 1}, {0, n - 1}, {2, 5}, {n - 2, n - 1}, {0, 1, 2}, {3, 4, n - 1}} {
			m := rotation(rng, len(targets))
			benchmark(b, fmt.Sprintf("n=%d/targets=%d", n, targets), n, 1<<n, targets, nil,
				func(a []complex128, p *Place, groups int) { Dense(a, p, m, 0, groups) })
		}
	}
}

// targetsOf are the lane bits, bits beside them, the middle and the top.
func targetsOf(n int) []int {
	if n < 6 {
		return []int{0, 1, n - 1}
	}
	return []int{0, 1, 2, 3, n / 2, n - 1}
}

// rotation is a product of rotations by random angles, so that a benchmark's
// amplitudes neither grow nor vanish.
func rotation(rng *rand.Rand, targets int) []complex128 {
	m := []complex128{1}
	for d := 1; d < 1<<targets; d *= 2 {
		s, c := math.Sincos(rng.Float64())
		next := make([]complex128, 4*d*d)
		for r := range d {
			for k := range d {
				x := m[r*d+k]
				next[r*2*d+k], next[r*2*d+d+k] = complex(c, 0)*x, complex(0, -s)*x
				next[(d+r)*2*d+k], next[(d+r)*2*d+d+k] = complex(0, -s)*x, complex(c, 0)*x
			}
		}
		m = next
	}
	return m
}

// BenchmarkSums counts the 16·2ⁿ bytes of one state; Inner and AddPauli read two.
func BenchmarkSums(b *testing.B) {
	m := []complex128{0.8, -0.6i, 0.6i, 0.8}
	for _, n := range []int{10, 22} {
		rng := rand.New(rand.NewPCG(5, 6))
		a, l, dst := random(rng, 1<<n), random(rng, 1<<n), make([]float64, 1<<n)
		z, x := Pauli{Z: 0b1011, Phase: 1}, Pauli{X: 1<<(n-1) | 2, Z: 5, Phase: 1}
		for impl, v := range sets() {
			low, high := newPlace[complex128](v, []int{0}, nil), newPlace[complex128](v, []int{9}, nil)
			for name, body := range map[string]func(){
				"Inner/target=0":    func() { Inner(l, a, &low, m, 0, len(a)/2) },
				"Inner/target=9":    func() { Inner(l, a, &high, m, 0, len(a)/2) },
				"Expect/string=Z":   func() { expect(v, a, z, 0, len(a)) },
				"Expect/string=X":   func() { expect(v, a, x, 0, len(a)) },
				"AddPauli/string=Z": func() { addPauli(v, a, l, z, 1e-9, 0, len(a)) },
				"Norm2":             func() { norm2(v, a, 0, len(a)) },
				"Probabilities":     func() { probabilities(v, dst, a, 0, len(a)) },
			} {
				b.Run(fmt.Sprintf("%s/n=%d/impl=%s", name, n, impl), func(b *testing.B) {
					b.SetBytes(16 << n)
					b.ReportAllocs()
					for b.Loop() {
						body()
					}
				})
			}
		}
	}
}
