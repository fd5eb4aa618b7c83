package qsim

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/sysmem"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// Program is a compiled circuit with the observables to measure at its end. It is
// immutable and safe for concurrent use by many goroutines.
type Program struct {
	precision   Precision
	register    register
	qubits      int // active ones
	weights     int
	features    int
	ops         []op
	angles      []circuits.Angle  // of all ops, one after the other
	constants   bound             // angles and matrices of the ops without symbols
	observables []plan.Observable // on qubits
	plans       *plans            // nil for states too small to gain from them
	circuit     *circuits.Circuit // the gates of ops on the active qubits, for plans made later
	places      map[placeKey]*kernel.Place
	whole       func() (*Program, error) // the program for states of all qubits
	groups      groups
	bits        []int    // classical bit i holds qubit bits[i], −1 for none: final measurements
	dynamic     *dynamic // set when the circuit measures or resets before its end
	work        workspaces
}

// op is a gate ready to run.
type op struct {
	index    int // in the circuit's Ops
	gate     circuits.Gate
	kind     kind
	place    *kernel.Place
	angle    int // first of its angles in Program.angles
	angles   int
	matrix   int // first entry of its matrix in bound.matrices
	entries  int
	weights  bool // some angle depends on a weight
	features bool // some angle depends on a feature
	local    bool // some angle depends on a variable of the circuit
}

// kind is the kernel that runs an op.
type kind uint8

const (
	scale    kind = iota // phase on the controlled subspace
	phase                // diag(1, d1) on one target, which is one more control of a scale
	diagonal             // diag(d0, d1) on one target
	flip                 // X on one target
	swap                 // exchange of two targets
	dense                // any matrix on one to three targets
)

// Options say what a program computes, and how. The zero value is a program without
// observables on states in double precision.
type Options struct {
	// Observables are those whose expectation values [Program.Expect] writes and
	// [Program.Gradient] differentiates, in their order.
	Observables []circuits.PauliSum
	// Precision is that of the states. In single precision matrices that are unitary to
	// 1e-6 will do, as those rounded to complex64 are.
	Precision Precision
}

// Compile validates c and the observables of o and prepares them to run. The circuit
// may be modified afterwards. Measurements at the end of the circuit choose what
// [Program.Sample] returns and do not otherwise act. Errors wrap those of package
// circuits and name the operation.
//
// Qubits that no gate acts on are idle: they stay |0⟩ and cost nothing, in no method
// but [Program.Run] and [Program.Apply] on a state that has them.
//
// Compile needs no memory for a state; a circuit too large for this machine is
// refused with a [*MemoryError] when it is run, one with too many operations by Compile.
func Compile(c *circuits.Circuit, o Options) (*Program, error) {
	if _, err := kernel.CPU(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	if c == nil {
		return nil, fmt.Errorf("compile: the circuit %w", ErrNil)
	}
	c = o.Precision.tolerant(c)
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	return compile(c, newRegister(c.Qubits, c.Active()), o)
}

// compile is Compile for a circuit that is valid, on the active qubits of a register.
func compile(c *circuits.Circuit, r register, o Options) (*Program, error) {
	program := &Program{
		precision: o.Precision, constants: bound{precision: o.Precision}, register: r,
		qubits: len(r.active), weights: c.Weights(), features: c.Features(),
		places: make(map[placeKey]*kernel.Place),
	}
	if program.qubits > maxQubits {
		return nil, fmt.Errorf("compile: %w", o.Precision.CheckMemory(program.qubits, 1))
	}
	if err := checkOperations(c.Ops); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	program.circuit = r.gates(c)
	for i, gate := range program.circuit.Ops {
		program.add(r.indices[i], gate)
	}
	for _, sum := range o.Observables {
		compiled, err := r.observable(sum)
		if err != nil {
			return nil, fmt.Errorf("compile: %w", err)
		}
		program.observables = append(program.observables, compiled)
	}
	if err := program.readMeasurements(c); err != nil {
		return nil, err
	}
	if err := program.bindConstants(c); err != nil {
		return nil, err
	}
	program.places = nil
	o.Observables = slices.Clone(o.Observables)
	program.whole = sync.OnceValues(func() (*Program, error) {
		return compile(r.spread(program.circuit), newRegister(r.qubits, nil), o)
	})
	program.groups.states = sync.OnceValue(func() *laneEngine { return must(newStateLanes(program.precision, program.circuit)) })
	return program, program.plan()
}

// must returns s; the circuit that it is of has been validated.
func must(s *laneEngine, err error) *laneEngine {
	if err != nil {
		panic(fmt.Sprintf("qsim: %v", err))
	}
	return s
}

// tolerant is c with a tolerance for matrices no smaller than the rounding of amplitudes.
func (p Precision) tolerant(c *circuits.Circuit) *circuits.Circuit {
	const rounding = 1e-6
	if p == Double || c.Tolerance >= rounding || !(c.Tolerance >= 0) {
		return c
	}
	out := *c
	out.Tolerance = rounding
	return &out
}

func (p *Program) add(index int, o circuits.Op) {
	spec := o.Gate.Spec()
	controls, targets := o.Qubits[:spec.Controls], o.Qubits[spec.Controls:]
	kind := kindOf(o.Gate, len(targets))
	place := p.place(targets, controls)
	if kind == phase {
		place = p.place(nil, o.Qubits)
	}
	compiled := op{
		index: index, gate: o.Gate, kind: kind, place: place,
		angle: len(p.angles), angles: len(o.Angles),
		matrix: p.constants.size, entries: 1 << (2 * len(targets)),
	}
	for _, a := range o.Angles {
		compiled.weights = compiled.weights || a.HoldsWeight()
		compiled.features = compiled.features || a.HoldsFeature()
		compiled.local = compiled.local || a.HoldsVariable()
	}
	p.constants.size += compiled.entries
	p.angles = append(p.angles, o.Angles...)
	p.ops = append(p.ops, compiled)
}

// kindOf is the kernel for a gate on so many targets.
func kindOf(g circuits.Gate, targets int) kind {
	form := g.Form()
	switch {
	case targets == 0:
		return scale
	case form == circuits.FormFlip:
		return flip
	case form == circuits.FormSwap:
		return swap
	case form == circuits.FormPhase && targets == 1:
		return phase
	case form == circuits.FormDiagonal && targets == 1:
		return diagonal
	}
	return dense
}

// checkOperations refuses circuits of more operations than memory is free for.
func checkOperations(ops []circuits.Op) error {
	need := operationBytes * uint64(len(ops))
	if free, ok := sysmem.Room(need); !ok {
		return &MemoryError{Operations: len(ops), Need: need, Available: free}
	}
	return nil
}

// placeKey tells places apart: the first are the targets.
type placeKey struct {
	qubits           [3]int
	targets, control int
}

// place returns the place of a gate; gates at the same place share it.
func (p *Program) place(targets, controls []int) *kernel.Place {
	key := placeKey{targets: len(targets), control: len(controls)}
	copy(key.qubits[copy(key.qubits[:], targets):], controls)
	if at, ok := p.places[key]; ok {
		return at
	}
	at := p.precision.place(slices.Clone(targets), controls)
	p.places[key] = &at
	return &at
}

// bound holds the values of all angles and the matrices of all ops.
type bound struct {
	precision Precision
	size      int // entries of matrices
	angles    []float64
	matrices  []complex128 // in single precision numbers that are float32
}

func (p *Program) bindConstants(c *circuits.Circuit) error {
	p.constants.angles = make([]float64, len(p.angles))
	p.constants.matrices = make([]complex128, p.constants.size)
	for i := range p.ops {
		o := &p.ops[i]
		if o.gate == circuits.GateUnitary {
			copy(p.constants.matrices[o.matrix:], c.Ops[o.index].Matrix)
			p.constants.round(o)
			continue
		}
		if !o.weights && !o.features && !o.local {
			if err := p.bindOp(&p.constants, o, nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindOp evaluates the angles of o and its matrix.
func (p *Program) bindOp(b *bound, o *op, weights, features []float64) error {
	values := b.angles[o.angle : o.angle+o.angles]
	for k := range values {
		values[k] = p.angles[o.angle+k].EvalReduced(weights, features)
	}
	return b.setMatrix(o)
}

// setMatrix computes the matrix of o from the values of its angles.
func (b *bound) setMatrix(o *op) error {
	values := b.angles[o.angle : o.angle+o.angles]
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &circuits.OpError{Index: o.index, Gate: o.gate, Err: ErrNotFinite}
		}
	}
	o.gate.Spec().Matrix(b.matrices[o.matrix:o.matrix+o.entries], values)
	b.round(o)
	return nil
}

// round rounds the matrix of o to single precision.
func (b *bound) round(o *op) {
	if b.precision == Double {
		return
	}
	for i := o.matrix; i < o.matrix+o.entries; i++ {
		m := b.matrices[i]
		b.matrices[i] = complex(kernel.Rounded(real(m), 2*i), kernel.Rounded(imag(m), 2*i+1))
	}
}

// bind evaluates what depends on features, and, if all, what depends on weights
// alone as well.
func (p *Program) bind(b *bound, weights, features []float64, all bool) error {
	for i := range p.ops {
		o := &p.ops[i]
		if (o.features || all && o.weights) && !o.local {
			if err := p.bindOp(b, o, weights, features); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkInputs refuses weights and features of the wrong lengths.
func (p *Program) checkInputs(weights []float64, features ...[]float64) error {
	if len(weights) != p.weights {
		return fmt.Errorf("%d weights, the circuit has %d: %w", len(weights), p.weights, ErrShape)
	}
	for i, x := range features {
		if len(x) < p.features {
			return fmt.Errorf("sample %d has %d features, the circuit reads %d: %w", i, len(x), p.features, ErrShape)
		}
	}
	return nil
}

// Precision is that of the states the program runs on.
func (p *Program) Precision() Precision { return p.precision }

// Qubits is the number of qubits of the circuit, idle ones among them.
func (p *Program) Qubits() int { return p.register.qubits }

// Active lists the qubits that some gate acts on, in ascending order.
func (p *Program) Active() []int { return slices.Clone(p.register.active) }

// Weights is the number of weights every run needs.
func (p *Program) Weights() int { return p.weights }

// Features is the number of features every sample needs at least.
func (p *Program) Features() int { return p.features }

// Observables is the number of observables the program was compiled with.
func (p *Program) Observables() int { return len(p.observables) }
