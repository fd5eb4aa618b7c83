package synth

import (
	"math"
	"math/bits"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// Decompose is [circuits.Circuit.Decompose] for circuits that hold matrices ([circuits.GateUnitary]):
// those outside of the basis are written in gates first, see [Unitaries].
func Decompose(c *circuits.Circuit, basis []circuits.Gate) (*circuits.Circuit, error) {
	if !slices.Contains(basis, circuits.GateUnitary) {
		var err error
		if c, err = Unitaries(c); err != nil {
			return nil, err
		}
	}
	return c.Decompose(basis)
}

// Unitaries is a circuit equal to c, including its global phase, in which every matrix on one
// to three qubits ([circuits.GateUnitary]) is written in U, CX, RY, RZ and global phases, to
// about 1e-14: by the quantum Shannon
// decomposition of Shende, Bullock and Markov 2006, arXiv:quant-ph/0406176,
// theorem 13, down to two qubits, which [KAK] writes with up to 3 CX. Three take up to
// 24. Of a matrix that is unitary within the tolerance of c only, the nearest unitary matrix is
// written. Conditions pass to the gates. A circuit without matrices is returned as it is, an
// invalid one gives the error of [circuits.Circuit.Validate].
func Unitaries(c *circuits.Circuit) (*circuits.Circuit, error) {
	if !slices.ContainsFunc(c.Ops, func(op circuits.Op) bool { return op.Gate == circuits.GateUnitary }) {
		return c, nil
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	out := c.Like()
	for _, op := range c.Ops {
		if op.Gate != circuits.GateUnitary {
			out.Ops = append(out.Ops, op)
			continue
		}
		written := circuits.New(len(op.Qubits))
		shannon(written, precise(op.Matrix), len(op.Qubits))
		for _, step := range written.Ops {
			for k, q := range step.Qubits {
				step.Qubits[k] = op.Qubits[q]
			}
			step.If = op.If
			out.Ops = append(out.Ops, step)
		}
	}
	return out, nil
}

// precise is m, or if that is unitary within a tolerance only, the nearest unitary matrix.
func precise(m []complex128) []complex128 {
	const rounding = 1e-13
	if off, _, _ := matrix.Deviation(m); off <= rounding {
		return m
	}
	if u, err := circuits.NearestUnitary(m); err == nil {
		return u
	}
	return m
}

// negligible is the size below which a difference, in units of 1, is taken for
// rounding.
const negligible = 1e-13

// rounding is what a Jacobi iteration leaves beside the diagonal, in units of 1.
const rounding = 4e-16

// maxSweeps ends Jacobi iterations, which take fewer than ten sweeps, where
// rounding would keep them going.
const maxSweeps = 60

// shannon appends matrix m on qubits 0 to n−1: a cosine–sine decomposition splits
// off qubit n−1, and what remains is two pairs of matrices that qubit n−1 selects.
func shannon(c *circuits.Circuit, m []complex128, n int) {
	switch n {
	case 1:
		theta, phi, lambda, phase := zyz(m)
		c.U(circuits.Const(theta), circuits.Const(phi), circuits.Const(lambda), 0).GPhase(circuits.Const(phase))
		return
	case 2:
		c.Concat(newKAK(m).circuit(circuits.GateCX))
		return
	}
	left, theta, right := cosineSine(m)
	selected(c, right[0], right[1], n)
	multiplexed(c, circuits.GateRY, theta, n-1)
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
func selected(c *circuits.Circuit, a, b []complex128, n int) {
	same := true
	for i := range a {
		same = same && cmplx.Abs(a[i]-b[i]) < negligible
	}
	if same {
		shannon(c, a, n-1)
		return
	}
	v, phases := diagonalize(matrix.Product(a, matrix.Adjoint(b)))
	w := matrix.Product(matrix.Adjoint(v), b)
	d := matrix.Order(w)
	for i, phase := range phases {
		for j := range d {
			w[i*d+j] *= cmplx.Rect(1, phase/2)
		}
	}
	shannon(c, w, n-1)
	for i := range phases {
		phases[i] = -phases[i] // RZ(−φ) = diag(e^{iφ/2}, e^{−iφ/2})
	}
	multiplexed(c, circuits.GateRZ, phases, n-1)
	shannon(c, v, n-1)
}

// multiplexed appends the rotation g by theta[j] on qubit k where qubits 0 to k−1
// are in state j, in Gray code order: Möttönen et al. 2004,
// arXiv:quant-ph/0404089, figure 2.
func multiplexed(c *circuits.Circuit, g circuits.Gate, theta []float64, k int) {
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
		c.Append(g, []circuits.Angle{circuits.Const(sum / float64(len(theta)))}, k)
		c.CX(min(bits.TrailingZeros(uint(i+1)), k-1), k)
	}
}

// cosineSine returns unitary L₀, L₁, R₀, R₁ and angles θ for which
// u = (L₀⊕L₁)·[[C, −S], [S, C]]·(R₀⊕R₁), C = diag cos θ/2, S = diag sin θ/2, each
// block half the order of u.
func cosineSine(u []complex128) (left [2][]complex128, theta []float64, right [2][]complex128) {
	h := matrix.Order(u) / 2
	top, bottom := block(u, 0, 0), block(u, h, 0)
	r := orthogonalColumns(top, bottom)
	theta = make([]float64, h)
	for i := range theta {
		theta[i] = 2 * math.Atan2(math.Sqrt(norm2(bottom, i)), math.Sqrt(norm2(top, i)))
	}
	left = [2][]complex128{orthonormal(top), orthonormal(bottom)}
	minusSine := matrix.Product(matrix.Adjoint(left[0]), block(u, 0, h))
	cosine := matrix.Product(matrix.Adjoint(left[1]), block(u, h, h))
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
	return left, theta, [2][]complex128{matrix.Adjoint(r), cosine}
}
