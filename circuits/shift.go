package circuits

// ShiftTerm is one evaluation of a parameter-shift rule.
type ShiftTerm struct {
	Coef  float64 // factor of the evaluation
	Shift float64 // added to the angle, in radians
}

// ShiftRule returns the parameter-shift rule of angle k:
// ∂f/∂p[k] = Σ Coef·f(p[k]+Shift) for every expectation value f. It is empty for
// a global phase.
func (s *Spec) ShiftRule(k int) []ShiftTerm { return s.shifts[k] }

// Shift is one evaluation of a circuit for a gradient by parameter-shift rules: the derivative
// of an expectation value f by angle Angle of operation Op is Σ Coef·f(angle+By) over the
// shifts of that angle.
type Shift struct {
	Op    int     `json:"op"`
	Angle int     `json:"angle"`
	Coef  float64 `json:"coef"`
	By    float64 `json:"by"`
}

// Shifts lists the evaluations that a gradient by the weights of c takes: the terms of the
// parameter-shift rule of every angle that holds a weight, in the order of the operations. A
// weight that occurs twice has those of both places. A circuit that is not valid may have
// others.
func (c *Circuit) Shifts() []Shift {
	var out []Shift
	for i, op := range c.Ops {
		for k, a := range op.Angles {
			if !a.HoldsWeight() {
				continue
			}
			for _, t := range op.Gate.Spec().ShiftRule(k) {
				out = append(out, Shift{Op: i, Angle: k, Coef: t.Coef, By: t.Shift})
			}
		}
	}
	return out
}
