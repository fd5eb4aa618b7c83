package draw

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// style is the set of signs of a drawing.
type style struct {
	wire, control, target, swap, barrier, arrow, assign, zero, dagger string
	links                                                             [passed + 1]string
	weights                                                           []string
	decimals                                                          int // less than 0: all
}

func newStyle(o *Options) *style {
	s := &style{
		wire: "─", control: "●", target: "⊕", swap: "×", barrier: "░", arrow: "→", assign: "←", zero: "|0⟩", dagger: "†",
		links: [...]string{alone: "─", first: "╭", middle: "├", last: "╰", passed: "│"},
	}
	if o.ASCII {
		s = &style{
			wire: "-", control: "*", target: "X", swap: "x", barrier: ":", arrow: "->", assign: "<-", zero: "|0>", dagger: "dg",
			links: [...]string{alone: "-", first: "/", middle: "|", last: `\`, passed: "|"},
		}
	}
	s.weights, s.decimals = o.Weights, o.Decimals
	if o.Decimals == 0 {
		s.decimals = 3
	}
	return s
}

// label is what stands on the k-th qubit of op. The angles and the condition stand
// on the first target; where the qubits play different parts, their number in the
// gate stands behind its name.
func (s *style) label(op circuits.Op, k int) string {
	text := s.plainLabel(op, k)
	if op.If != nil && op.Gate != circuits.GateLoop && k == op.Gate.Spec().Controls {
		text += " if " + op.If.String()
	}
	return text
}

func (s *style) plainLabel(op circuits.Op, k int) string {
	switch part(op, k) {
	case partControl:
		return s.control
	case partTarget:
		return s.target
	case partSwap:
		return s.swap
	case partBarrier:
		return s.barrier
	case partMeasure:
		return fmt.Sprintf("M%sc%d", s.arrow, op.Clbit)
	default:
		return s.box(op, k)
	}
}

// box is the text of what is not a sign.
func (s *style) box(op circuits.Op, k int) string {
	switch op.Gate {
	case circuits.GateReset:
		return s.zero
	case circuits.GateStore:
		return fmt.Sprintf("c%d%s%v", op.Clbit, s.assign, op.Value)
	case circuits.GateSet:
		return fmt.Sprintf("v%d%s%v", op.Clbit, s.assign, op.Value)
	case circuits.GateLoop:
		return "while " + op.If.String() + " {"
	case circuits.GateEnd:
		return "}"
	}
	name, controls := s.name(op.Gate), op.Gate.Spec().Controls
	if ordered(op) {
		name += fmt.Sprintf("[%d]", k-controls)
	}
	if k > controls || len(op.Angles) == 0 {
		return name
	}
	angles := make([]string, len(op.Angles))
	for i, a := range op.Angles {
		angles[i] = s.angle(a)
	}
	return name + "(" + strings.Join(angles, ",") + ")"
}

// role is the part that a qubit plays in an operation.
type role uint8

const (
	partBox role = iota
	partControl
	partTarget // of CX and CCX
	partSwap
	partBarrier
	partMeasure
)

// part is what stands on the k-th qubit of op.
func part(op circuits.Op, k int) role {
	controls := op.Gate.Spec().Controls
	switch form := op.Gate.Form(); {
	case k < controls, controls > 0 && form == circuits.FormPhase && op.Gate.SelfInverse(): // a controlled Z
		return partControl
	case controls > 0 && form == circuits.FormFlip:
		return partTarget
	case form == circuits.FormSwap:
		return partSwap
	case op.Gate == circuits.GateBarrier:
		return partBarrier
	case op.Gate == circuits.GateMeasure:
		return partMeasure
	}
	return partBox
}

// ordered reports whether exchanging targets of op makes another gate.
func ordered(op circuits.Op) bool {
	first := op.Gate.Spec().Controls
	for k := first + 1; k < len(op.Qubits); k++ {
		if !op.Gate.Exchangeable(first, k) {
			return true
		}
	}
	return false
}

// name is the name of what g does to its targets.
func (s *style) name(g circuits.Gate) string {
	return strings.ReplaceAll(g.Spec().Symbol(), "†", s.dagger)
}

// angle writes a as [circuits.Angle.String] does, with rounded numbers.
func (s *style) angle(a circuits.Angle) string {
	if len(a) == 0 {
		return "0"
	}
	var b strings.Builder
	for i, t := range a {
		factors := make([]string, 0, len(t.Vars)+1)
		coef := s.number(math.Abs(t.Coef))
		if coef != "1" || len(t.Vars) == 0 {
			factors = append(factors, coef)
		}
		for _, v := range t.Vars {
			factors = append(factors, s.variable(v))
		}
		switch {
		case t.Coef < 0:
			b.WriteByte('-')
		case i > 0:
			b.WriteByte('+')
		}
		b.WriteString(strings.Join(factors, "*"))
	}
	return b.String()
}

// variable is the name of a weight or feature.
func (s *style) variable(v circuits.Var) string {
	if !v.Feature && v.Index < len(s.weights) {
		return s.weights[v.Index]
	}
	return v.String()
}

// number writes v ≥ 0 with the decimals of the style, and with an exponent where
// these would leave nothing or the digits before the point are too many to read.
func (s *style) number(v float64) string {
	if s.decimals < 0 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	if v >= 1e6 {
		return strconv.FormatFloat(v, 'g', s.decimals, 64)
	}
	text := strconv.FormatFloat(v, 'f', s.decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "0" && v != 0 {
		return strconv.FormatFloat(v, 'g', 1, 64)
	}
	return text
}
