package synth

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// KAK is a unitary matrix on two qubits in the form
//
//	U = e^{iPhase}·(Left[1]⊗Left[0])·exp(i(a·X⊗X + b·Y⊗Y + c·Z⊗Z))·(Right[1]⊗Right[0])
//
// with row-major unitary 2×2 matrices of which number k acts on qubit k, and the
// coordinates (a, b, c) in the Weyl chamber π/4 ≥ a ≥ b ≥ |c|, c ≥ 0 where a = π/4. Two
// matrices are equal up to gates on one qubit if and only if their coordinates are:
// Zhang et al. 2003, arXiv:quant-ph/0209120. Identity is (0, 0, 0), CX, CZ and ECR are
// (π/4, 0, 0), iSWAP is (π/4, π/4, 0), SWAP is (π/4, π/4, π/4), RZZ(θ) for |θ| ≤ π/2 is
// (|θ|/2, 0, 0).
type KAK struct {
	Phase       float64
	Left, Right [2][]complex128
	Coordinates [3]float64
}

// KAKTolerance is the distance in radians within which coordinates count as equal to those
// that need fewer gates. It is the error that [KAK.Circuit] may add.
const KAKTolerance = 1e-12

// NewKAK decomposes the unitary matrix u, row-major of order 4, its first qubit the least
// significant bit of row and column, to about 1e-14, degenerate or not. The error wraps
// [circuits.ErrArity] or [circuits.ErrUnitary].
//
// In the magic basis, gates on one qubit are real and the exponential is diagonal (Makhlin
// 2000, arXiv:quant-ph/0002045), so that U = K·D·Pᵀ there with orthogonal K and P, and
// UᵀU = P·D²·Pᵀ: its real and imaginary parts are diagonal in the same real basis.
func NewKAK(u []complex128) (*KAK, error) {
	if len(u) != 16 {
		return nil, fmt.Errorf("matrix on two qubits with %d entries, needs 16: %w", len(u), circuits.ErrArity)
	}
	const tolerance = 1e-9
	if off, r, c := matrix.Deviation(u); !(off <= tolerance) { // also refuses NaN
		return nil, fmt.Errorf("matrix on two qubits: rows %d and %d are off by %.2g, at most %g: %w", r, c, off, tolerance, circuits.ErrUnitary)
	}
	return newKAK(u), nil
}

// newKAK is [NewKAK] of a matrix that is known to be unitary.
func newKAK(u []complex128) *KAK {
	m, mAdjoint := magic(), matrix.Adjoint(magic())
	up := matrix.Product(mAdjoint, matrix.Product(u, m))
	p := commonVectors(matrix.Product(transposed(up), up))
	k := matrix.Product(up, p)
	var phases [4]float64
	for j := range phases {
		phases[j] = columnPhase(k, j)
		for r := range 4 {
			k[4*r+j] = complex(real(k[4*r+j]*cmplx.Rect(1, -phases[j])), 0)
		}
	}
	if determinant(p) < 0 {
		negateColumn(p, 0)
		negateColumn(k, 0)
	}
	if determinant(k) < 0 {
		negateColumn(k, 0)
		phases[0] += math.Pi
	}
	out := &KAK{
		Phase: (phases[0] + phases[1] + phases[2] + phases[3]) / 4,
		Left:  factors(matrix.Product(m, matrix.Product(k, mAdjoint))),
		Right: factors(matrix.Product(m, matrix.Product(transposed(p), mAdjoint))),
		Coordinates: [3]float64{
			(phases[0] - phases[1] + phases[2] - phases[3]) / 4,
			(-phases[0] + phases[1] + phases[2] - phases[3]) / 4,
			(phases[0] + phases[1] - phases[2] - phases[3]) / 4,
		},
	}
	out.toChamber()
	return out
}

// magic is the matrix of the Bell states (|00⟩+|11⟩)/√2, −i(|00⟩−|11⟩)/√2,
// −i(|01⟩+|10⟩)/√2 and (|01⟩−|10⟩)/√2 as columns. X⊗X, Y⊗Y and Z⊗Z have on them the
// eigenvalues (1, −1, 1, −1), (−1, 1, 1, −1) and (1, 1, −1, −1).
func magic() []complex128 {
	i := r2 * 1i
	return []complex128{r2, -i, 0, 0, 0, 0, -i, r2, 0, 0, -i, -r2, r2, i, 0, 0}
}

// commonVectors returns the real orthogonal matrix whose columns are the eigenvectors of
// the symmetric unitary m of order 4, by Jacobi rotations that reduce what is beside the
// diagonal of real and imaginary part together: Bunse-Gerstner, Byers and Mehrmann 1993,
// doi:10.1137/0614062. It overwrites m.
func commonVectors(m []complex128) []complex128 {
	const d = 4
	v := matrix.Identity(d)
	for range maxSweeps {
		rotated := false
		for j := range d {
			for i := range j {
				diff, off := m[i*d+i]-m[j*d+j], 2*m[i*d+j]
				if cmplx.Abs(off) <= rounding {
					continue
				}
				on := real(diff)*real(diff) + imag(diff)*imag(diff) - real(off)*real(off) - imag(off)*imag(off)
				both := 2 * (real(diff)*real(off) + imag(diff)*imag(off))
				s, c := math.Sincos(math.Atan2(both, on) / 4)
				if math.Abs(s) <= rounding {
					continue
				}
				rot := jacobi{c: c, s: -s, w: 1}
				rot.columns(v, i, j)
				rot.columns(m, i, j)
				m = transposed(m)
				rot.columns(m, i, j)
				rotated = true
			}
		}
		if !rotated {
			break
		}
	}
	return v
}

// columnPhase is the phase of column j of k, which is real but for it.
func columnPhase(k []complex128, j int) float64 {
	var sum complex128
	for r := j; r < len(k); r += 4 {
		sum += k[r] * k[r]
	}
	return cmplx.Phase(sum) / 2
}

func negateColumn(m []complex128, j int) {
	for r := j; r < len(m); r += 4 {
		m[r] = -m[r]
	}
}

func transposed(m []complex128) []complex128 {
	d := matrix.Order(m)
	out := make([]complex128, len(m))
	for r := range d {
		for c := range d {
			out[c*d+r] = m[r*d+c]
		}
	}
	return out
}

// determinant is that of a real matrix of order 4, by its minors on the first two rows.
func determinant(m []complex128) float64 {
	minor := func(r, a, b int) float64 {
		return real(m[r+a])*real(m[r+4+b]) - real(m[r+b])*real(m[r+4+a])
	}
	return minor(0, 0, 1)*minor(8, 2, 3) - minor(0, 0, 2)*minor(8, 1, 3) + minor(0, 0, 3)*minor(8, 1, 2) +
		minor(0, 1, 2)*minor(8, 0, 3) - minor(0, 1, 3)*minor(8, 0, 2) + minor(0, 2, 3)*minor(8, 0, 1)
}

// factors splits m = B⊗A into A on qubit 0 and B on qubit 1.
func factors(m []complex128) [2][]complex128 {
	best, size := 0, 0.0
	for i := range 4 {
		r, c := 8*(i/2), 2*(i%2)
		if det := cmplx.Abs(m[r+c]*m[r+c+5] - m[r+c+1]*m[r+c+4]); det > size {
			best, size = r+c, det
		}
	}
	a := []complex128{m[best], m[best+1], m[best+4], m[best+5]}
	root := cmplx.Sqrt(a[0]*a[3] - a[1]*a[2])
	for i := range a {
		a[i] /= root
	}
	b := make([]complex128, 4)
	for i := range b {
		at := 8*(i/2) + 2*(i%2)
		for k, v := range a {
			b[i] += cmplx.Conj(v) * m[at+4*(k/2)+k%2] / 2
		}
	}
	return [2][]complex128{a, b}
}

// toChamber moves the coordinates into the Weyl chamber by gates on one qubit.
func (k *KAK) toChamber() {
	x := &k.Coordinates
	for i := range x {
		k.shift(i, int(math.Round(x[i]/(math.Pi/2))))
	}
	for _, pair := range [][2]int{{0, 1}, {1, 2}, {0, 1}} {
		if math.Abs(x[pair[0]]) < math.Abs(x[pair[1]]) {
			k.exchange(pair[0], pair[1])
		}
	}
	if x[0] < 0 {
		k.negate(0, 2)
	}
	if x[1] < 0 {
		k.negate(1, 2)
	}
	if x[2] < 0 && x[0] > math.Pi/4-KAKTolerance {
		k.shift(0, 1)
		k.negate(0, 2)
	}
}

// axis is the Pauli matrix of coordinate i.
func axis(i int) []complex128 {
	return circuits.Op{Gate: []circuits.Gate{circuits.GateX, circuits.GateY, circuits.GateZ}[i]}.TargetMatrix(nil)
}

// r2 is 1/√2.
const r2 complex128 = 1 / math.Sqrt2

// shift takes n·π/2 from coordinate i: exp(iπ/2·P⊗P) = i·P⊗P.
func (k *KAK) shift(i, n int) {
	k.Coordinates[i] -= float64(n) * math.Pi / 2
	k.Phase += float64(n) * math.Pi / 2
	if n%2 != 0 {
		for q := range k.Left {
			k.Left[q] = matrix.Product(k.Left[q], axis(i))
		}
	}
}

// exchange exchanges coordinates i and j: (P+Q)/√2 on both qubits exchanges P and Q and
// negates the third Pauli matrix.
func (k *KAK) exchange(i, j int) {
	v := make([]complex128, 4)
	for n := range v {
		v[n] = (axis(i)[n] + axis(j)[n]) * r2
	}
	for q := range k.Left {
		k.Left[q], k.Right[q] = matrix.Product(k.Left[q], v), matrix.Product(v, k.Right[q])
	}
	k.Coordinates[i], k.Coordinates[j] = k.Coordinates[j], k.Coordinates[i]
}

// negate negates coordinates i and j by the third Pauli matrix on qubit 0.
func (k *KAK) negate(i, j int) {
	third := axis(3 - i - j)
	k.Left[0], k.Right[0] = matrix.Product(k.Left[0], third), matrix.Product(third, k.Right[0])
	k.Coordinates[i], k.Coordinates[j] = -k.Coordinates[i], -k.Coordinates[j]
}

// Count is the least number of gates g, with any gates on one qubit, that make a gate of
// these coordinates: for CX, CZ and ECR 0 to 3 (Shende, Bullock and Markov 2004,
// arXiv:quant-ph/0308033, proposition III.1), for ISWAP, which is a CZ with a SWAP, the
// same but that its class and not theirs takes one; for RZZ of any angles as many as
// coordinates differ from 0. It is −1 for other gates.
func (k *KAK) Count(g circuits.Gate) int {
	n := 0
	for _, x := range k.Coordinates {
		if math.Abs(x) > KAKTolerance {
			n++
		}
	}
	switch g {
	case circuits.GateRZZ:
		return n
	case circuits.GateCX, circuits.GateCZ, circuits.GateECR:
		if n == 1 && k.Coordinates[0] < math.Pi/4-KAKTolerance {
			return 2
		}
		return n
	case circuits.GateISWAP:
		if n == 2 && k.Coordinates[1] > math.Pi/4-KAKTolerance {
			return 1
		}
		if n == 1 {
			return 2
		}
		return n
	default:
		return -1
	}
}
