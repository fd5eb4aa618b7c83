package circuits

import (
	"fmt"
	"math"
	"math/cmplx"
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
// [ErrArity] or [ErrUnitary].
//
// In the magic basis, gates on one qubit are real and the exponential is diagonal (Makhlin
// 2000, arXiv:quant-ph/0002045), so that U = K·D·Pᵀ there with orthogonal K and P, and
// UᵀU = P·D²·Pᵀ: its real and imaginary parts are diagonal in the same real basis.
func NewKAK(u []complex128) (*KAK, error) {
	op := Op{Gate: GateUnitary, Qubits: []int{0, 1}, Matrix: u}
	if err := op.validateMatrix(unitaryTolerance); err != nil {
		return nil, fmt.Errorf("matrix on two qubits: %w", err)
	}
	return newKAK(u), nil
}

// newKAK is [NewKAK] of a matrix that is known to be unitary.
func newKAK(u []complex128) *KAK {
	m, mAdjoint := magic(), adjoint(magic())
	up := product(mAdjoint, product(u, m))
	p := commonVectors(product(transposed(up), up))
	k := product(up, p)
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
		Left:  factors(product(m, product(k, mAdjoint))),
		Right: factors(product(m, product(transposed(p), mAdjoint))),
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
	v := identity(d)
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
	d := order(m)
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
func axis(i int) []complex128 { return paulis["XYZ"[i]] }

// shift takes n·π/2 from coordinate i: exp(iπ/2·P⊗P) = i·P⊗P.
func (k *KAK) shift(i, n int) {
	k.Coordinates[i] -= float64(n) * math.Pi / 2
	k.Phase += float64(n) * math.Pi / 2
	if n%2 != 0 {
		for q := range k.Left {
			k.Left[q] = product(k.Left[q], axis(i))
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
		k.Left[q], k.Right[q] = product(k.Left[q], v), product(v, k.Right[q])
	}
	k.Coordinates[i], k.Coordinates[j] = k.Coordinates[j], k.Coordinates[i]
}

// negate negates coordinates i and j by the third Pauli matrix on qubit 0.
func (k *KAK) negate(i, j int) {
	third := axis(3 - i - j)
	k.Left[0], k.Right[0] = product(k.Left[0], third), product(third, k.Right[0])
	k.Coordinates[i], k.Coordinates[j] = -k.Coordinates[i], -k.Coordinates[j]
}

// Count is the least number of gates g, with any gates on one qubit, that make a gate of
// these coordinates: for CX, CZ and ECR 0 to 3 (Shende, Bullock and Markov 2004,
// arXiv:quant-ph/0308033, proposition III.1), for ISWAP, which is a CZ with a SWAP, the
// same but that its class and not theirs takes one; for RZZ of any angles as many as
// coordinates differ from 0. It is −1 for other gates.
func (k *KAK) Count(g Gate) int {
	n := 0
	for _, x := range k.Coordinates {
		if math.Abs(x) > KAKTolerance {
			n++
		}
	}
	switch g {
	case GateRZZ:
		return n
	case GateCX, GateCZ, GateECR:
		if n == 1 && k.Coordinates[0] < math.Pi/4-KAKTolerance {
			return 2
		}
		return n
	case GateISWAP:
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

// Circuit returns a circuit on two qubits equal to the matrix to about 1e-14 plus
// [KAKTolerance], of [KAK.Count] gates g, on either qubit at most one GateU between them,
// and a global phase. RZZ has angles in [0, π/2]. The error wraps [ErrBasis] if g is none
// of CX, CZ, ECR, ISWAP and RZZ.
func (k *KAK) Circuit(g Gate) (*Circuit, error) {
	if k.Count(g) < 0 {
		return nil, fmt.Errorf("%v, needs cx, cz, ecr, iswap or rzz: %w", g, ErrBasis)
	}
	return k.circuit(g), nil
}

// circuit is [KAK.Circuit] of one of its gates.
func (k *KAK) circuit(g Gate) *Circuit {
	n := k.Count(g)
	if g == GateISWAP && n%2 == 1 {
		k = k.swapped()
	}
	w := newWeaver(g)
	w.phase = k.Phase
	w.local(0, k.Right[0])
	w.local(1, k.Right[1])
	x := k.Coordinates
	switch {
	case g == GateRZZ:
		for i := range n {
			w.interaction(i, x[i])
		}
	case n == 1:
		w.rotate(0, GateH).cx(0, 1).rotate(0, GateRZ, -math.Pi/2).rotate(1, GateRX, -math.Pi/2).rotate(0, GateH)
		w.phase -= math.Pi / 4
	case n == 2: // RX(π/2) on both turns Y⊗Y into Z⊗Z; between CX, X⊗X and Z⊗Z are X and Z
		w.rotate(0, GateRX, -math.Pi/2).rotate(1, GateRX, -math.Pi/2).cx(0, 1).rotate(0, GateRX, -2*x[0]).
			rotate(1, GateRZ, -2*x[1]).cx(0, 1).rotate(0, GateRX, math.Pi/2).rotate(1, GateRX, math.Pi/2)
	case n == 3: // Vatan and Williams 2004, arXiv:quant-ph/0308006, figure 6
		w.rotate(1, GateRZ, math.Pi/2).cx(1, 0).rotate(0, GateRZ, math.Pi/2-2*x[2]).rotate(1, GateRY, math.Pi/2-2*x[0]).
			cx(0, 1).rotate(1, GateRY, 2*x[1]-math.Pi/2).cx(1, 0).rotate(0, GateRZ, -math.Pi/2)
		w.phase += math.Pi / 4
	}
	w.local(0, k.Left[0])
	w.local(1, k.Left[1])
	return w.finish()
}

// swapped is the KAK of SWAP·U: SWAP = e^{−iπ/4}·exp(iπ/4·(X⊗X + Y⊗Y + Z⊗Z)).
func (k *KAK) swapped() *KAK {
	out := &KAK{Phase: k.Phase - math.Pi/4, Left: [2][]complex128{k.Left[1], k.Left[0]}, Right: k.Right, Coordinates: k.Coordinates}
	for i := range out.Coordinates {
		out.Coordinates[i] += math.Pi / 4
	}
	out.toChamber()
	return out
}

// weaver writes a circuit on two qubits in gates U and one gate on two qubits, joining
// what comes between these on each qubit.
type weaver struct {
	gate    Gate
	out     *Circuit
	open    [2][]complex128 // not yet written, on each qubit of the circuit
	crossed bool            // qubit 0 of the caller is qubit 1 of the circuit
	phase   float64
}

func newWeaver(g Gate) *weaver {
	return &weaver{gate: g, out: New(2), open: [2][]complex128{identity(2), identity(2)}}
}

// local appends the matrix m on qubit q.
func (w *weaver) local(q int, m []complex128) {
	q = w.at(q)
	w.open[q] = product(m, w.open[q])
}

// at is the circuit's qubit of the caller's.
func (w *weaver) at(q int) int {
	if w.crossed {
		return 1 - q
	}
	return q
}

// rotate appends a gate of the table on qubit q.
func (w *weaver) rotate(q int, g Gate, angles ...float64) *weaver {
	w.local(q, Op{Gate: g}.TargetMatrix(angles))
	return w
}

// cx appends a CX, or what is one in the weaver's gate.
func (w *weaver) cx(control, target int) *weaver {
	switch w.gate {
	case GateCZ:
		w.rotate(target, GateH).entangle(GateCZ, nil, 0, 1).rotate(target, GateH)
	case GateECR:
		w.rotate(control, GateSdg).rotate(target, GateSXdg).entangle(GateECR, nil, control, target).rotate(control, GateX)
		w.phase += math.Pi / 4
	case GateISWAP: // SWAP·CZ·(S⊗S); the SWAP changes what the caller calls 0 and 1
		w.rotate(target, GateH).rotate(0, GateSdg).rotate(1, GateSdg).entangle(GateISWAP, nil, 0, 1)
		w.crossed = !w.crossed
		w.rotate(target, GateH)
	default:
		w.entangle(GateCX, nil, control, target)
	}
	return w
}

// interaction appends exp(ix·P⊗P) for the Pauli matrix P of coordinate i, by an RZZ of
// positive angle: X on one side negates Z⊗Z.
func (w *weaver) interaction(i int, x float64) {
	var to, back []complex128
	switch i {
	case 0:
		to = Op{Gate: GateH}.TargetMatrix(nil)
		back = to
	case 1:
		to, back = Op{Gate: GateRX}.TargetMatrix([]float64{math.Pi / 2}), Op{Gate: GateRX}.TargetMatrix([]float64{-math.Pi / 2})
	default:
		to, back = identity(2), identity(2)
	}
	w.local(0, to)
	w.local(1, to)
	if x > 0 {
		w.rotate(0, GateX)
	}
	w.entangle(GateRZZ, []Angle{Const(2 * math.Abs(x))}, 0, 1)
	if x > 0 {
		w.rotate(0, GateX)
	}
	w.local(0, back)
	w.local(1, back)
}

// entangle writes what is open and then gate g.
func (w *weaver) entangle(g Gate, angles []Angle, qubits ...int) *weaver {
	w.flush()
	at := make([]int, len(qubits))
	for i, q := range qubits {
		at[i] = w.at(q)
	}
	w.out.Append(g, angles, at...)
	return w
}

func (w *weaver) flush() {
	for q, m := range w.open {
		if cmplx.Abs(m[1]) < negligible && cmplx.Abs(m[0]-m[3]) < negligible {
			w.phase += cmplx.Phase(m[0])
		} else {
			theta, phi, lambda, phase := zyz(m)
			w.out.U(Const(theta), Const(phi), Const(lambda), q)
			w.phase += phase
		}
		w.open[q] = identity(2)
	}
}

func (w *weaver) finish() *Circuit {
	w.flush()
	if phase := math.Remainder(w.phase, 2*math.Pi); phase != 0 {
		w.out.GPhase(Const(phase))
	}
	return w.out
}
