package circuits

import (
	"cmp"
	"math"
	"math/bits"
	"math/cmplx"
	"slices"
)

// synthesize writes a unitary matrix on one to three qubits as a circuit of U,
// CX, RY, RZ and global phases, equal to the matrix: the quantum Shannon
// decomposition of Shende, Bullock and Markov 2006, arXiv:quant-ph/0406176,
// theorem 13, down to two qubits, which [KAK] writes with up to 3 CX. Three take up to
// 24.
func synthesize(matrix []complex128) *Circuit {
	n := bits.Len(uint(order(matrix))) - 1
	c := New(n)
	shannon(c, matrix, n)
	return c
}

// negligible is the size below which a difference, in units of 1, is taken for
// rounding.
const negligible = 1e-13

// rounding is what a Jacobi iteration leaves beside the diagonal, in units of 1.
const rounding = 4e-16

// maxSweeps ends Jacobi iterations, which take fewer than ten sweeps, where
// rounding would keep them going.
const maxSweeps = 60

// order is the number of rows of a square matrix.
func order(m []complex128) int { return 1 << ((bits.Len(uint(len(m))) - 1) / 2) }

// shannon appends matrix m on qubits 0 to n−1: a cosine–sine decomposition splits
// off qubit n−1, and what remains is two pairs of matrices that qubit n−1 selects.
func shannon(c *Circuit, m []complex128, n int) {
	switch n {
	case 1:
		theta, phi, lambda, phase := zyz(m)
		c.U(Const(theta), Const(phi), Const(lambda), 0).GPhase(Const(phase))
		return
	case 2:
		c.Concat(newKAK(m).circuit(GateCX))
		return
	}
	left, theta, right := cosineSine(m)
	selected(c, right[0], right[1], n)
	multiplexed(c, GateRY, theta, n-1)
	selected(c, left[0], left[1], n)
}

// zyz returns the angles for which m = e^{iα}·U(θ,φ,λ), 0 ≤ θ ≤ π.
func zyz(m []complex128) (theta, phi, lambda, alpha float64) {
	alpha = cmplx.Phase(m[0])
	phi = cmplx.Phase(m[2]) - alpha
	lambda = cmplx.Phase(-m[1]) - alpha
	if cmplx.Abs(m[0]) >= cmplx.Abs(m[2]) { // m[1], m[2] may be rounding errors
		lambda = cmplx.Phase(m[3]) - alpha - phi
	}
	return 2 * math.Atan2(cmplx.Abs(m[2]), cmplx.Abs(m[0])), phi, lambda, alpha
}

// selected appends a where qubit n−1 is 0 and b where it is 1, on qubits 0 to
// n−2: with a·b† = V·D²·V†, a = V·D·W and b = V·D†·W for W = D·V†·b.
func selected(c *Circuit, a, b []complex128, n int) {
	same := true
	for i := range a {
		same = same && cmplx.Abs(a[i]-b[i]) < negligible
	}
	if same {
		shannon(c, a, n-1)
		return
	}
	v, phases := diagonalize(product(a, adjoint(b)))
	w := product(adjoint(v), b)
	d := order(w)
	for i, phase := range phases {
		for j := range d {
			w[i*d+j] *= cmplx.Rect(1, phase/2)
		}
	}
	shannon(c, w, n-1)
	for i := range phases {
		phases[i] = -phases[i] // RZ(−φ) = diag(e^{iφ/2}, e^{−iφ/2})
	}
	multiplexed(c, GateRZ, phases, n-1)
	shannon(c, v, n-1)
}

// multiplexed appends the rotation g by theta[j] on qubit k where qubits 0 to k−1
// are in state j, in Gray code order: Möttönen et al. 2004,
// arXiv:quant-ph/0404089, figure 2.
func multiplexed(c *Circuit, g Gate, theta []float64, k int) {
	if !slices.ContainsFunc(theta, func(t float64) bool { return math.Abs(t) > negligible }) {
		return
	}
	for i := range theta {
		gray, sum := i^i>>1, 0.0
		for j, t := range theta {
			if bits.OnesCount(uint(j&gray))%2 == 1 {
				t = -t
			}
			sum += t
		}
		c.Append(g, []Angle{Const(sum / float64(len(theta)))}, k)
		c.CX(min(bits.TrailingZeros(uint(i+1)), k-1), k)
	}
}

// cosineSine returns unitary L₀, L₁, R₀, R₁ and angles θ for which
// u = (L₀⊕L₁)·[[C, −S], [S, C]]·(R₀⊕R₁), C = diag cos θ/2, S = diag sin θ/2, each
// block half the order of u.
func cosineSine(u []complex128) (left [2][]complex128, theta []float64, right [2][]complex128) {
	h := order(u) / 2
	top, bottom := block(u, 0, 0), block(u, h, 0)
	r := orthogonalColumns(top, bottom)
	theta = make([]float64, h)
	for i := range theta {
		theta[i] = 2 * math.Atan2(math.Sqrt(norm2(bottom, i)), math.Sqrt(norm2(top, i)))
	}
	left = [2][]complex128{orthonormal(top), orthonormal(bottom)}
	minusSine := product(adjoint(left[0]), block(u, 0, h))
	cosine := product(adjoint(left[1]), block(u, h, h))
	for i := range theta {
		sin, cos := math.Sincos(theta[i] / 2)
		for j := range h {
			if sin > cos {
				cosine[i*h+j] = -minusSine[i*h+j] / complex(sin, 0)
			} else {
				cosine[i*h+j] /= complex(cos, 0)
			}
		}
	}
	return left, theta, [2][]complex128{adjoint(r), cosine}
}

// orthogonalColumns multiplies top and bottom, of which the Gram matrices add up
// to 1, from the right by the unitary it returns, so that the columns of each
// become orthogonal (one-sided Jacobi rotations). Each pair of columns is measured
// in the block where it is shorter, which keeps tiny sines and tiny cosines apart.
func orthogonalColumns(top, bottom []complex128) []complex128 {
	h := order(top)
	r := identity(h)
	for sweep, rotated := 0, true; rotated && sweep < maxSweeps; sweep++ {
		rotated = false
		for j := range h {
			for i := range j {
				short := top
				if norm2(bottom, i)+norm2(bottom, j) < norm2(top, i)+norm2(top, j) {
					short = bottom
				}
				a, b, d := norm2(short, i), dot(short, i, short, j), norm2(short, j)
				if cmplx.Abs(b) <= rounding*math.Sqrt(max(a, d)) {
					continue
				}
				rot := newJacobi(a, b, d)
				for _, m := range [][]complex128{top, bottom, r} {
					rot.columns(m, i, j)
				}
				rotated = true
			}
		}
	}
	return r
}

// orthonormal returns the unitary matrix Q with m = Q·diag of the columns' norms,
// for a matrix with orthogonal columns. Columns that vanish are completed.
func orthonormal(m []complex128) []complex128 {
	d := order(m)
	columns := make([]int, d)
	for i := range columns {
		columns[i] = i
	}
	slices.SortFunc(columns, func(i, j int) int { return cmp.Compare(norm2(m, j), norm2(m, i)) })
	q := make([]complex128, len(m))
	for rank, i := range columns {
		for r := range d {
			q[r*d+i] = m[r*d+i]
		}
		done := columns[:rank]
		if math.Sqrt(norm2(m, i)) > negligible && reduce(q, i, done) > negligible {
			continue
		}
		// One of the d unit vectors is at least 1/√d away from the others' span.
		for e := range d {
			for r := range d {
				q[r*d+i] = 0
			}
			q[e*d+i] = 1
			if reduce(q, i, done) >= 0.5/math.Sqrt(float64(d)) {
				break
			}
		}
	}
	return q
}

// reduce makes column i of q orthogonal to the columns done, normalizes it and
// returns its length before.
func reduce(q []complex128, i int, done []int) float64 {
	d := order(q)
	for range 2 { // the second pass removes what rounding left in the first
		for _, j := range done {
			s := dot(q, j, q, i)
			for r := range d {
				q[r*d+i] -= s * q[r*d+j]
			}
		}
	}
	length := math.Sqrt(norm2(q, i))
	for r := range d {
		q[r*d+i] /= complex(length, 0)
	}
	return length
}

// diagonalize returns unitary V and phases φ with x = V·diag(e^{iφ})·V† for a
// unitary x of order 2 or 4. V diagonalizes the Hermitian part of e^{−it}x. Two
// eigenvalues of x collide there if their mean phase is near t modulo π; of seven
// t, a multiple of π/7 each, at most six can be within π/14 of the mean of one of
// at most six pairs.
func diagonalize(x []complex128) (v []complex128, phases []float64) {
	const trials = 7
	best := math.Inf(1)
	for trial := range trials {
		w := cmplx.Rect(0.5, -math.Pi*float64(trial)/trials)
		herm := make([]complex128, len(x))
		for i, y := range adjoint(x) {
			herm[i] = w*x[i] + cmplx.Conj(w)*y
		}
		vectors := hermitianVectors(herm)
		diag := product(adjoint(vectors), product(x, vectors))
		if off := offDiagonal(diag); off < best {
			best, v = off, vectors
			phases = phases[:0]
			for i := range order(x) {
				phases = append(phases, cmplx.Phase(diag[i*order(x)+i]))
			}
		}
	}
	return v, phases
}

// hermitianVectors returns the eigenvectors of m as columns, by cyclic Jacobi
// rotations, and overwrites m.
func hermitianVectors(m []complex128) []complex128 {
	d := order(m)
	v := identity(d)
	for sweep := 0; sweep < maxSweeps && offDiagonal(m) > rounding; sweep++ {
		for j := range d {
			for i := range j {
				if cmplx.Abs(m[i*d+j]) <= rounding {
					continue
				}
				rot := newJacobi(real(m[i*d+i]), m[i*d+j], real(m[j*d+j]))
				rot.columns(v, i, j)
				rot.columns(m, i, j)
				copy(m, adjoint(m))
				rot.columns(m, i, j)
			}
		}
	}
	return v
}

// jacobi is the unitary [[c, s], [−s·w, c·w]] on two columns.
type jacobi struct {
	c, s float64
	w    complex128
}

// newJacobi diagonalizes the Hermitian matrix [[a, b], [b*, d]], b ≠ 0.
func newJacobi(a float64, b complex128, d float64) jacobi {
	zeta := (d - a) / (2 * cmplx.Abs(b))
	t := math.Copysign(1, zeta) / (math.Abs(zeta) + math.Hypot(1, zeta))
	c := 1 / math.Hypot(1, t)
	return jacobi{c: c, s: c * t, w: cmplx.Conj(b) / complex(cmplx.Abs(b), 0)}
}

// columns multiplies columns i and j of m by the rotation from the right.
func (r jacobi) columns(m []complex128, i, j int) {
	d, c, s := order(m), complex(r.c, 0), complex(r.s, 0)
	for k := 0; k < len(m); k += d {
		x, y := m[k+i], r.w*m[k+j]
		m[k+i], m[k+j] = c*x-s*y, s*x+c*y
	}
}

func identity(d int) []complex128 {
	m := make([]complex128, d*d)
	for i := range d {
		m[i*d+i] = 1
	}
	return m
}

func product(a, b []complex128) []complex128 {
	d := order(a)
	out := make([]complex128, len(a))
	for r := range d {
		for k := range d {
			for c := range d {
				out[r*d+c] += a[r*d+k] * b[k*d+c]
			}
		}
	}
	return out
}

// block is the quarter of m that starts at row r and column c.
func block(m []complex128, r, c int) []complex128 {
	d := order(m)
	out := make([]complex128, 0, len(m)/4)
	for i := range d / 2 {
		out = append(out, m[(r+i)*d+c:(r+i)*d+c+d/2]...)
	}
	return out
}

// dot is the inner product of column i of a with column j of b.
func dot(a []complex128, i int, b []complex128, j int) complex128 {
	d := order(a)
	var sum complex128
	for k := 0; k < len(a); k += d {
		sum += cmplx.Conj(a[k+i]) * b[k+j]
	}
	return sum
}

// norm2 is the squared length of column i of m.
func norm2(m []complex128, i int) float64 { return real(dot(m, i, m, i)) }

// offDiagonal is the largest absolute value beside the diagonal of m.
func offDiagonal(m []complex128) float64 {
	d, worst := order(m), 0.0
	for i, v := range m {
		if i/d != i%d {
			worst = max(worst, cmplx.Abs(v))
		}
	}
	return worst
}
