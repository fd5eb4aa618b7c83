package qpu

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
)

// Job is what is to be run on a device: a model's circuit for some samples.
type Job struct {
	Circuit     *circuits.Circuit // with weights and features in its angles; it does not measure
	Observables []circuits.PauliSum
	Weights     []float64
	Samples     []Sample
	Shots       int    // of every circuit
	Model       string // SHA-256 of the model file
	Run         string // where the model comes from, for people
	// Gradient adds, for every sample, the circuits of the parameter-shift rules of all
	// angles that hold weights; Step numbers the optimiser step that they are for.
	Gradient bool
	Step     int
	// Symbolic writes one program for each basis, with an input for every angle that
	// differs between circuits, instead of a program for each circuit.
	Symbolic bool
}

// slot is an input of a symbolic circuit: the angles, by operation and place, that
// always have the same value.
type slot struct{ op, angle int }

// plan lists the circuits of a job: in every basis, for every sample, the circuit as it
// is and then each shift.
func (j *Job) plan() (*Manifest, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	m := &Manifest{
		Format: manifestFormat, Version: manifestVersion, Model: j.Model, Run: j.Run, Shots: j.Shots,
		Qubits: j.Circuit.Qubits, Observables: j.Observables, Samples: j.Samples,
	}
	shifts := []*int{nil}
	if j.Gradient {
		m.Gradient = &Gradient{Step: j.Step, Shifts: j.Circuit.Shifts()}
		for i := range m.Gradient.Shifts {
			shifts = append(shifts, &i)
		}
		if len(shifts) == 1 {
			return nil, fmt.Errorf("no angle holds a weight, so there is no gradient: %w", ErrJob)
		}
	}
	measured := bases(j.Observables, j.Circuit.Qubits)
	if n := len(j.Samples) * len(shifts) * len(measured); n > maxCircuits {
		return nil, fmt.Errorf("%d circuits, at most %d. Take fewer samples: %w", n, maxCircuits, ErrJob)
	}
	for _, basis := range measured {
		for s := range j.Samples {
			for _, shift := range shifts {
				m.Circuits = append(m.Circuits, Exported{Sample: s, Shift: shift, Basis: basis})
			}
		}
	}
	return m, nil
}

func (j *Job) check() error {
	if err := j.Circuit.Validate(); err != nil {
		return err
	}
	for i, op := range j.Circuit.Ops {
		if op.Gate == circuits.GateMeasure || op.Gate == circuits.GateReset {
			return &circuits.OpError{Index: i, Gate: op.Gate, Err: fmt.Errorf("the circuit of a model must not measure or reset: %w", ErrJob)}
		}
	}
	if need := j.Circuit.Weights(); len(j.Weights) < need {
		return fmt.Errorf("%d weights, the circuit has %d: %w", len(j.Weights), need, ErrJob)
	}
	for i, s := range j.Samples {
		if need := j.Circuit.Features(); len(s.Features) < need || !finite(s.Features) {
			return fmt.Errorf("sample %d: %d features, the circuit reads %d, all finite: %w", i, len(s.Features), need, ErrJob)
		}
	}
	if j.Shots < 1 || j.Shots > maxShots {
		return fmt.Errorf("%d shots, must be 1 to %d: %w", j.Shots, maxShots, ErrJob)
	}
	if len(j.Samples) == 0 {
		return fmt.Errorf("no samples: %w", ErrJob)
	}
	return nil
}

// angle is the value of an angle in circuit e of the plan m.
func (j *Job) angle(m *Manifest, e *Exported, op, k int) float64 {
	v := j.Circuit.Ops[op].Angles[k].Eval(j.Weights, j.Samples[e.Sample].Features)
	if e.Shift != nil {
		if s := m.Gradient.Shifts[*e.Shift]; s.Op == op && s.Angle == k {
			v += s.By
		}
	}
	return v
}

// bound is circuit e of the plan with numbers for angles, measured in its basis.
func (j *Job) bound(m *Manifest, e *Exported) *circuits.Circuit {
	c := j.Circuit.Clone()
	for i, op := range c.Ops {
		for k := range op.Angles {
			op.Angles[k] = circuits.Const(j.angle(m, e, i, k))
		}
	}
	return measureIn(c, e.Basis)
}

// slots chooses the inputs of the symbolic circuit: angles that hold features, equal
// ones together, and for a gradient every angle that holds weights by itself.
func (j *Job) slots() []slot {
	var out []slot
	seen := map[string]bool{}
	for i, op := range j.Circuit.Ops {
		for k, a := range op.Angles {
			alone := j.Gradient && a.HoldsWeight()
			if !alone && (!a.HoldsFeature() || seen[a.String()]) {
				continue
			}
			seen[a.String()] = seen[a.String()] || !alone
			out = append(out, slot{i, k})
		}
	}
	return out
}

// symbolic is the circuit with weight i, an angle, for slot i, measured in a basis.
func (j *Job) symbolic(slots []slot, basis string) *circuits.Circuit {
	alone, shared := map[slot]int{}, map[string]int{}
	for i, s := range slots {
		a := j.Circuit.Ops[s.op].Angles[s.angle]
		alone[s] = i
		if !j.Gradient || !a.HoldsWeight() {
			shared[a.String()] = i
		}
	}
	c := j.Circuit.Clone()
	for i, op := range c.Ops {
		for k, a := range op.Angles {
			input, ok := alone[slot{i, k}]
			if !ok {
				input, ok = shared[a.String()]
			}
			op.Angles[k] = circuits.Weight(input)
			if !ok {
				op.Angles[k] = circuits.Const(a.Eval(j.Weights, nil))
			}
		}
	}
	return measureIn(c, basis)
}
