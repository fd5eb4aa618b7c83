package transpile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/filename"
)

// Target describes a device. It is written as JSON with the names of the fields in
// lower case; the files in the directory targets are examples. A Target is not
// modified after [Load] or [Read] and may be used by many goroutines.
type Target struct {
	// Name may become part of the names of files, and has only what package
	// internal/filename allows.
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Source      string `json:"source,omitempty"` // where the data are from
	Vendor      string `json:"vendor,omitempty"` // who runs programs on it: ibm, braket, or empty
	// Dialect is the kind of program it takes: ibm ($n for qubits) or braket
	// (native gates in a verbatim box).
	Dialect string `json:"dialect"`
	Qubits  int    `json:"qubits"`
	First   int    `json:"first,omitempty"` // number of qubit 0 in programs, 0 or 1
	// Edges lists the pairs of qubits that share a gate, each once.
	Edges    [][2]int `json:"edges,omitempty"`
	AllToAll bool     `json:"all_to_all,omitempty"` // every pair is an edge
	// MidCircuit says that gates may follow a measurement.
	MidCircuit bool `json:"mid_circuit,omitempty"`
	// FeedForward says that operations may depend on bits that were measured.
	FeedForward bool     `json:"feed_forward,omitempty"`
	Gates       []Native `json:"gates"`

	graph    *graph
	directed map[[2]int]bool // the pairs of Edges, each in the order in which it is listed
}

// Native is a gate of a target, or measure, reset or barrier.
type Native struct {
	Gate circuits.Gate `json:"gate"`
	// Qubits lists where the target has the gate; nil: on every qubit, or on every
	// edge in both directions.
	Qubits [][]int `json:"qubits,omitempty"`
	// Directed says that the gate joins the qubits of an edge in the order in which
	// they are listed.
	Directed bool   `json:"directed,omitempty"`
	Angle    *Limit `json:"angle,omitempty"` // limits of the first angle; nil: any
	// Errors are the rates of error, 0 to 1, on each of Qubits in their order; without
	// Qubits on every qubit in ascending order, or on each of the target's Edges. Nil: not
	// known.
	Errors []float64 `json:"errors,omitempty"`

	places map[[2]int]bool    // the qubits or pairs that the gate is on, by [key]
	rates  map[[2]int]float64 // Errors, by the same keys
}

// Limit restricts an angle to a range or to some values, in radians.
type Limit struct {
	Min    float64   `json:"min,omitempty"`
	Max    float64   `json:"max,omitempty"`
	Values []float64 `json:"values,omitempty"` // nil: Min to Max, both included
}

// angleTolerance is how much an angle may exceed a limit, in radians; IBM's runtime has the
// same tolerance.
const angleTolerance = 1e-10

// Allows reports whether v is within the limits.
func (l *Limit) Allows(v float64) bool {
	if l.Values == nil {
		return v >= l.Min-angleTolerance && v <= l.Max+angleTolerance
	}
	return slices.ContainsFunc(l.Values, func(w float64) bool { return math.Abs(v-w) <= angleTolerance })
}

// maxQubits bounds the qubits of a target, as the distances between all pairs are kept.
const maxQubits = 2000

// Read reads a target as JSON. The error wraps [ErrTarget], or is that of r.
func Read(r io.Reader) (*Target, error) {
	d := json.NewDecoder(io.LimitReader(r, 16<<20))
	d.DisallowUnknownFields()
	t := new(Target)
	if err := d.Decode(t); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTarget, err)
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // Token returns io.EOF itself
		return nil, fmt.Errorf("%w: text after the end of the object", ErrTarget)
	}
	if err := t.finish(); err != nil {
		return nil, err
	}
	return t, nil
}

// finish validates t and prepares its unexported fields and those of its gates.
func (t *Target) finish() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrTarget, fmt.Sprintf(format, args...))
	}
	switch {
	case t.Name == "":
		return bad("name is missing")
	case filename.Check(t.Name) != nil:
		return bad("name %v", filename.Check(t.Name))
	case t.Qubits < 1 || t.Qubits > maxQubits:
		return bad("%s: %d qubits, must be 1 to %d", t.Name, t.Qubits, maxQubits)
	case t.First < 0 || t.First > 1:
		return bad("%s: the first qubit has number %d, must be 0 or 1", t.Name, t.First)
	case t.Dialect != "ibm" && t.Dialect != "braket":
		return bad("%s: dialect %q, must be ibm or braket", t.Name, t.Dialect)
	case t.AllToAll && len(t.Edges) > 0:
		return bad("%s: all_to_all and edges exclude each other", t.Name)
	}
	seen := map[[2]int]bool{}
	for _, e := range t.Edges {
		a, b := min(e[0], e[1]), max(e[0], e[1])
		if a < 0 || b >= t.Qubits || a == b {
			return bad("%s: edge %v, must be two qubits from 0 to %d", t.Name, e, t.Qubits-1)
		}
		if seen[[2]int{a, b}] {
			return bad("%s: edge %v is listed twice", t.Name, e)
		}
		seen[[2]int{a, b}] = true
	}
	t.graph, t.directed = newGraph(t), map[[2]int]bool{}
	for _, e := range t.Edges {
		t.directed[e] = true
	}
	for i := range t.Gates {
		n := &t.Gates[i]
		err := t.checkNative(*n)
		if err == nil {
			err = t.index(n)
		}
		if first, _ := t.native(n.Gate); first != &t.Gates[i] {
			err = errors.New("is listed twice")
		}
		if err != nil {
			return bad("%s: %v: %v", t.Name, n.Gate, err)
		}
	}
	return nil
}

// where lists the qubits or pairs that n is on, in the order of its Errors. A pair that has
// n in both directions is listed once.
func (t *Target) where(n *Native) [][]int {
	out := n.Qubits
	switch {
	case out != nil:
	case n.Gate.Spec().Qubits == 2:
		for _, e := range t.Edges {
			out = append(out, []int{e[0], e[1]})
		}
	default:
		for q := range t.Qubits {
			out = append(out, []int{q})
		}
	}
	return out
}

// index fills the places and rates of n, and checks its Errors.
func (t *Target) index(n *Native) error {
	where := t.where(n)
	n.places, n.rates = map[[2]int]bool{}, map[[2]int]float64{}
	for i, qubits := range where {
		n.places[key(qubits)] = true
		if n.Errors == nil {
			continue
		}
		if len(n.Errors) != len(where) {
			return fmt.Errorf("%d rates of error for %d places", len(n.Errors), len(where))
		}
		if !(n.Errors[i] >= 0 && n.Errors[i] <= 1) {
			return fmt.Errorf("rate of error %v, must be from 0 to 1", n.Errors[i])
		}
		n.rates[key(qubits)] = n.Errors[i]
		if len(qubits) == 2 && !n.Directed && n.Qubits == nil {
			n.rates[[2]int{qubits[1], qubits[0]}] = n.Errors[i]
		}
	}
	return nil
}

func (t *Target) checkNative(n Native) error {
	size := n.Gate.Spec().Qubits
	switch {
	case n.Gate == circuits.GateBarrier && n.Qubits == nil:
		size = 1
	case n.Gate != circuits.GateReset && !n.Gate.Unitary() && n.Gate != circuits.GateMeasure, size != 1 && size != 2:
		return errors.New("must be a gate on one or two qubits, measure, reset, or barrier without qubits")
	}
	switch {
	case n.Directed && size != 2:
		return errors.New("directed needs a gate on two qubits")
	case n.Angle != nil && len(n.Gate.Spec().Params) == 0:
		return errors.New("has no angle to limit")
	case n.Angle != nil && n.Angle.Values == nil && !(n.Angle.Min <= n.Angle.Max):
		return fmt.Errorf("angle from %v to %v, must be a range", n.Angle.Min, n.Angle.Max)
	}
	for _, q := range n.Qubits {
		if len(q) != size || slices.Min(q) < 0 || slices.Max(q) >= t.Qubits {
			return fmt.Errorf("qubits %v, must be %d from 0 to %d", q, size, t.Qubits-1)
		}
		if size == 2 && !t.graph.adjacent(q[0], q[1]) {
			return fmt.Errorf("qubits %v are no edge", q)
		}
	}
	return nil
}

// native finds the entry of g in t.Gates.
func (t *Target) native(g circuits.Gate) (*Native, bool) {
	i := slices.IndexFunc(t.Gates, func(n Native) bool { return n.Gate == g })
	if i < 0 {
		return nil, false
	}
	return &t.Gates[i], true
}

// Has reports whether t has gate g somewhere.
func (t *Target) Has(g circuits.Gate) bool {
	_, ok := t.native(g)
	return ok
}

// Check returns an error if c, whose qubits are those of the device, breaks a rule of t:
// which gates there are, on which qubits and in which order of them, the limits of angles
// that are numbers, and whether gates may follow a measurement. Global phases are allowed,
// as they need no gate. The error is that of [circuits.Circuit.Validate], wraps [ErrQubits],
// or is a [*circuits.OpError] that wraps [ErrGate], [ErrPair], [ErrDirection], [ErrAngle],
// [ErrConditional] or [ErrMidCircuit].
func (t *Target) Check(c *circuits.Circuit) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if c.Qubits > t.Qubits {
		return fmt.Errorf("circuit of %d qubits, %s has %d: %w", c.Qubits, t.Name, t.Qubits, ErrQubits)
	}
	measured := make([]bool, c.Qubits)
	for i, op := range c.Ops {
		err := t.checkOp(op)
		for _, q := range op.Qubits {
			if measured[q] && !t.MidCircuit && err == nil && op.Gate != circuits.GateBarrier {
				err = fmt.Errorf("qubit %d: %w", q, ErrMidCircuit)
			}
			measured[q] = measured[q] || op.Gate == circuits.GateMeasure
		}
		if err != nil {
			return &circuits.OpError{Index: i, Gate: op.Gate, Err: err}
		}
	}
	return nil
}

func (t *Target) checkOp(op circuits.Op) error {
	if op.If != nil && !t.FeedForward {
		return fmt.Errorf("%s: %w", t.Name, ErrConditional)
	}
	if op.Gate == circuits.GateGPhase {
		return nil
	}
	n, ok := t.native(op.Gate)
	if !ok {
		return fmt.Errorf("%s: %w", t.Name, ErrGate)
	}
	if err := t.checkQubits(n, op.Qubits); err != nil {
		return err
	}
	if n.Angle != nil {
		if v, ok := op.Angles[0].Const(); ok && !n.Angle.Allows(v) {
			return fmt.Errorf("%v: %w", v, ErrAngle)
		}
	}
	return nil
}

func (t *Target) checkQubits(n *Native, qubits []int) error {
	switch {
	case n.Gate == circuits.GateBarrier:
	case len(qubits) == 1:
		if !n.on(qubits[0]) {
			return fmt.Errorf("qubit %d: %w", qubits[0], ErrPair)
		}
	case t.allows(n, qubits[0], qubits[1]):
	case t.allows(n, qubits[1], qubits[0]):
		return fmt.Errorf("qubits %v: %w", qubits, ErrDirection)
	default:
		return fmt.Errorf("qubits %v: %w", qubits, ErrPair)
	}
	return nil
}
