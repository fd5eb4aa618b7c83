package circuits

import (
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// Op is one operation of a circuit.
type Op struct {
	Gate   Gate         `json:"gate"`
	Qubits []int        `json:"qubits,omitempty"` // controls first
	Angles []Angle      `json:"angles,omitempty"` // one for each of the gate's Params
	Matrix []complex128 `json:"-"`                // row-major, GateUnitary only; written as "matrix" in JSON
	Clbit  int          `json:"clbit,omitempty"`  // GateMeasure and GateStore only; of GateSet the variable
	If     *Condition   `json:"if,omitempty"`     // when to carry it out; nil: always. GateLoop: as long as
	Value  *Condition   `json:"value,omitempty"`  // GateStore, and GateSet: the number of its Test
}

// Circuit is a list of operations on Qubits qubits and Clbits classical bits.
// The zero value is an empty circuit without qubits. Building never fails;
// [Circuit.Validate] (and qsim.Compile) reports what is wrong and where. A
// Circuit may be read by many goroutines, and modified by one while no other
// reads.
type Circuit struct {
	Qubits int `json:"qubits"`
	Clbits int `json:"clbits,omitempty"`
	Hidden int `json:"hidden,omitempty"` // so many of the last Clbits are not part of an outcome
	// Tolerance is how far an entry of U·U† may be from that of the identity for matrices U of
	// GateUnitary, from 0, which stands for 1e-9, to 1e-3. Matrices rounded to complex64 need
	// about 1e-6; [Circuit.RoundUnitaries] makes them unitary instead.
	Tolerance float64   `json:"tolerance,omitempty"`
	Vars      []VarType `json:"vars,omitempty"` // the variables, which are 0 at first
	Ops       []Op      `json:"ops"`
}

// New returns an empty circuit on n qubits.
func New(n int) *Circuit { return &Circuit{Qubits: n} }

// Append adds gate g with the given angles on the given qubits, controls first.
// It keeps angles and copies qubits.
func (c *Circuit) Append(g Gate, angles []Angle, qubits ...int) *Circuit {
	c.Ops = append(c.Ops, Op{Gate: g, Qubits: slices.Clone(qubits), Angles: angles})
	return c
}

// Clone returns a deep copy of c; the angles and conditions themselves are values
// and shared.
func (c *Circuit) Clone() *Circuit {
	out := c.Like()
	out.Ops = slices.Clone(c.Ops)
	numbers, sizes := 0, 0
	for i := range c.Ops {
		numbers, sizes = numbers+len(c.Ops[i].Qubits), sizes+len(c.Ops[i].Angles)
	}
	qubits, angles := make([]int, 0, numbers), make([]Angle, 0, sizes) // of all operations
	for i := range out.Ops {
		op := &out.Ops[i]
		op.Qubits, qubits = cut(op.Qubits, qubits)
		op.Angles, angles = cut(op.Angles, angles)
		op.Matrix = slices.Clone(op.Matrix)
	}
	return out
}

// cut appends s to all, and returns the copy of s and all.
func cut[T any](s, all []T) (part, rest []T) {
	if s == nil {
		return nil, all
	}
	from := len(all)
	all = append(all, s...)
	return all[from:len(all):len(all)], all
}

// Active lists, in ascending order, the qubits that some gate acts on. All others stay
// |0⟩: measurements, resets, barriers and the identity do not count.
func (c *Circuit) Active() []int {
	acted := make([]bool, c.Qubits)
	for i := range c.Ops {
		if o := &c.Ops[i]; o.Gate.Unitary() && o.Gate != GateI {
			for _, q := range o.Qubits {
				acted[q] = true
			}
		}
	}
	out := []int{}
	for q, yes := range acted {
		if yes {
			out = append(out, q)
		}
	}
	return out
}

// Like returns an empty circuit that has all that c has but its operations: the same
// qubits, variables and bits, hidden ones too.
func (c *Circuit) Like() *Circuit {
	out := *c
	out.Ops, out.Vars = nil, slices.Clone(c.Vars)
	return &out
}

// Concat appends the operations of d, whose qubits, bits and variables keep their numbers.
// Bits that either does not hide are not hidden, and the larger tolerance holds.
func (c *Circuit) Concat(d *Circuit) *Circuit {
	c.Hidden = max(c.Clbits, d.Clbits) - max(c.Clbits-c.Hidden, d.Clbits-d.Hidden)
	c.Qubits, c.Clbits = max(c.Qubits, d.Qubits), max(c.Clbits, d.Clbits)
	if c.tolerance() < d.tolerance() {
		c.Tolerance = d.Tolerance
	}
	c.Vars = append(c.Vars, d.Vars[min(len(c.Vars), len(d.Vars)):]...)
	c.Ops = append(c.Ops, d.Ops...)
	return c
}

// Weights is the number of weights the circuit needs at run time: one more than
// the highest index in any angle.
func (c *Circuit) Weights() int {
	n, _ := c.symbols()
	return n
}

// Features is the number of features the circuit needs at run time: one more
// than the highest index in any angle.
func (c *Circuit) Features() int {
	_, n := c.symbols()
	return n
}

// symbols counts the weights and features.
func (c *Circuit) symbols() (weights, features int) {
	count := func(a Angle) {
		w, x := a.bounds()
		weights, features = max(weights, w), max(features, x)
	}
	for i := range c.Ops {
		op := &c.Ops[i]
		for _, a := range op.Angles {
			count(a)
		}
		op.If.angles(count)
		op.Value.angles(count)
	}
	return weights, features
}

// Depth is the length of the longest path through the circuit, where every gate,
// measurement, reset and store counts 1, and barriers and global phases count 0 (a
// barrier still aligns the qubits it names), as Qiskit counts. The bits that an
// operation reads or writes are wires of the path, and so are variables. A loop counts as
// one round. Qiskit counts a block of
// several operations under one condition as 1.
func (c *Circuit) Depth() int {
	level := make([]int, c.Qubits+c.Clbits+len(c.Vars))
	depth := 0
	for _, op := range c.Ops {
		wires := op.Qubits
		if bits, vars := op.Clbits(), op.Locals(); len(bits)+len(vars) > 0 {
			wires = slices.Clone(wires)
			for _, b := range bits {
				wires = append(wires, c.Qubits+b)
			}
			for _, v := range vars {
				wires = append(wires, c.Qubits+c.Clbits+v)
			}
		}
		top := 0
		for _, w := range wires {
			top = max(top, level[w])
		}
		if op.Gate != GateBarrier && op.Gate != GateGPhase && op.Gate != GateLoop && op.Gate != GateEnd {
			top++
		}
		for _, w := range wires {
			level[w] = top
		}
		depth = max(depth, top)
	}
	return depth
}

// Clbits lists the classical bits that op reads or writes, some maybe twice.
func (op Op) Clbits() []int {
	var out []int
	if op.If != nil {
		out = op.If.Reads(out)
	}
	if op.Value != nil {
		out = op.Value.Reads(out)
	}
	if op.Gate == GateMeasure || op.Gate == GateStore {
		out = append(out, op.Clbit)
	}
	return out
}

// Locals lists the variables that op reads or writes, some maybe twice.
func (op Op) Locals() []int {
	var out []int
	for _, a := range op.Angles {
		out = a.locals(out)
	}
	for _, c := range []*Condition{op.If, op.Value} {
		if c != nil {
			_, out = c.reads(nil, out)
		}
	}
	if op.Gate == GateSet {
		out = append(out, op.Clbit)
	}
	return out
}

// Classical reports whether op acts on classical bits and variables alone, or is the
// beginning or end of a loop.
func (op Op) Classical() bool {
	return op.Gate == GateStore || op.Gate == GateSet || op.Gate == GateLoop || op.Gate == GateEnd
}

// Conditional reports whether an operation of c reads classical bits or variables, or is
// part of a loop.
func (c *Circuit) Conditional() bool {
	return slices.ContainsFunc(c.Ops, func(op Op) bool { return op.If != nil || op.Classical() }) || len(c.Vars) > 0
}

// Count returns how often each gate occurs.
func (c *Circuit) Count() map[Gate]int {
	out := make(map[Gate]int)
	for _, op := range c.Ops {
		out[op.Gate]++
	}
	return out
}

// Inverse returns the circuit that undoes c: the inverse gates in reverse order.
// The error wraps [ErrNoInverse] if c measures, resets, or reads or writes bits.
func (c *Circuit) Inverse() (*Circuit, error) {
	out := c.Like()
	out.Ops = make([]Op, 0, len(c.Ops))
	for i, op := range slices.Backward(c.Ops) {
		inv, err := op.Inverse()
		if err != nil {
			return nil, &OpError{Index: i, Gate: op.Gate, Err: err}
		}
		out.Ops = append(out.Ops, inv)
	}
	return out, nil
}

// Inverse returns the operation that undoes op, or [ErrNoInverse].
func (op Op) Inverse() (Op, error) {
	if !op.Gate.Unitary() && op.Gate != GateBarrier || op.If != nil {
		return Op{}, ErrNoInverse
	}
	spec := op.Gate.Spec()
	out := Op{Gate: spec.inverse, Qubits: op.Qubits}
	if spec.inverse == GateUnitary {
		out.Matrix = matrix.Adjoint(op.FullMatrix(nil))
		return out, nil
	}
	if spec.inverseAngles != nil {
		out.Angles = spec.inverseAngles(op.Angles)
		return out, nil
	}
	for _, a := range op.Angles {
		out.Angles = append(out.Angles, a.Scale(-1))
	}
	return out, nil
}

// Controlled returns op with one more control, or [ErrNoControl] when the gate
// table has no such gate. Conditions stay.
func (op Op) Controlled(control int) (Op, error) {
	out, err := op.controlled(control)
	out.If = op.If
	return out, err
}

func (op Op) controlled(control int) (Op, error) {
	spec := op.Gate.Spec()
	qubits := append([]int{control}, op.Qubits...)
	switch {
	case op.Gate == GateUnitary && len(op.Qubits) < 3:
		// The control becomes the least significant bit: entries with bit 0 set hold U.
		d := 1 << len(op.Qubits)
		m := make([]complex128, 4*d*d)
		for r := range d {
			m[2*r*2*d+2*r] = 1
			for c := range d {
				m[(2*r+1)*2*d+2*c+1] = op.Matrix[r*d+c]
			}
		}
		return Op{Gate: GateUnitary, Qubits: qubits, Matrix: m}, nil
	case spec.controlled == GateI:
		return Op{}, fmt.Errorf("%v: %w", op.Gate, ErrNoControl)
	case op.Gate == GateU:
		return Op{Gate: GateCU, Qubits: qubits, Angles: append(slices.Clone(op.Angles), nil)}, nil
	}
	return Op{Gate: spec.controlled, Qubits: qubits, Angles: op.Angles}, nil
}

// TargetMatrix is the matrix of a unitary op on its targets, for the given
// values of its angles (nil for a gate without angles).
func (op Op) TargetMatrix(angles []float64) []complex128 {
	if op.Gate == GateUnitary {
		return op.Matrix
	}
	spec := op.Gate.Spec()
	m := make([]complex128, 1<<(2*spec.Targets()))
	spec.Matrix(m, angles)
	return m
}

// Bind replaces every angle by its value for the given weights and features. The
// error wraps [ErrRange] when either slice is too short and [ErrNotFinite] when a
// value is not a number.
func (c *Circuit) Bind(weights, features []float64) (*Circuit, error) {
	if w, x := c.Weights(), c.Features(); len(weights) < w || len(features) < x {
		return nil, fmt.Errorf("circuit needs %d weights and %d features, got %d and %d: %w", w, x, len(weights), len(features), ErrRange)
	}
	if len(c.Vars) > 0 {
		return c.bindNumbers(weights, features)
	}
	out := c.Clone()
	for i, op := range out.Ops {
		for k, a := range op.Angles {
			v := a.Eval(weights, features)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, &OpError{Index: i, Gate: op.Gate, Err: fmt.Errorf("angle %v: %w", a, ErrNotFinite)}
			}
			op.Angles[k] = Const(v)
		}
	}
	return out, nil
}

// bindNumbers is [Circuit.Bind] where there are numbers that are computed in a run.
func (c *Circuit) bindNumbers(weights, features []float64) (*Circuit, error) {
	out := c.Substitute(func(v Var) (Angle, bool) {
		if v.Local {
			return nil, false
		}
		return Const(v.value(weights, features)), true
	})
	return out, out.Validate()
}
