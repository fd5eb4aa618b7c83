package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/report"
	"github.com/qnn-go/qnn/qsim"
)

// describe prints what is about to be trained.
func (r *trainRun) describe(w io.Writer) {
	_, _ = fmt.Fprintf(w, "data      %s: %s, %s, %s\n",
		report.Printable(r.data.Name), plural.Count(r.data.Len(), "sample"), plural.Count(len(r.data.Columns), "feature"), r.labels())
	for _, fact := range r.facts() {
		_, _ = fmt.Fprintf(w, "          %s\n", fact)
	}
	r.describeReduction(w)
	_, _ = fmt.Fprintf(w, "          %d train, %d validation, %d test (%sseed %d)\n", r.train.Len(), r.validationSize(), r.test.Len(), r.stratified(), r.Seed)
	r.describeChoice(w)
	weights := r.model.Weights()
	_, _ = fmt.Fprintf(w, "model     %s, %s encoding, %s %s, depth %d\n",
		plural.Count(r.circuit.Qubits, "qubit"), r.encoding.Name, plural.Count(r.Layers, "layer"), r.Ansatz, r.circuit.Depth())
	_, _ = fmt.Fprintf(w, "          %s + %d in the head, measuring %s\n",
		plural.Count(weights, "weight"), len(r.model.Parameters)-weights, observableNames(r.model.Observables))
	_, _ = fmt.Fprintf(w, "cost      %s\n          %s\n", r.memoryCost(), r.gradientCost())
}

// describeEnd prints how training ended.
func (r *trainRun) describeEnd(w io.Writer) {
	kept := ""
	if best := r.state.Best.Epoch; best > 0 {
		kept = fmt.Sprintf("; epoch %d is kept", best)
	}
	_, _ = fmt.Fprintf(w, "stopped   after epoch %d of %d: %s%s\n\n", r.state.Epoch, r.Epochs, r.state.Stopped, kept)
}

func (r *trainRun) labels() string {
	if r.data.Regression() {
		return "a number to predict"
	}
	return fmt.Sprintf("%d classes", len(r.data.Classes))
}

func (r *trainRun) stratified() string {
	if r.data.Regression() {
		return ""
	}
	return "stratified, "
}

func (r *trainRun) validationSize() int {
	if r.validation == nil {
		return 0
	}
	return r.validation.Len()
}

// memoryCost says how large a state is, and all of those that are there at once.
func (r *trainRun) memoryCost() string {
	p, err := parsePrecision(r.Precision)
	if err != nil { // it made the model
		panic(err)
	}
	text := qsim.Bytes(p.AmplitudeBytes()<<r.circuit.Qubits) + " a state"
	if peak := r.model.GradientMemory(r.trainer.Method, r.Batch); peak > 0 {
		text += ", at most " + qsim.Bytes(peak) + " at once"
	}
	return text
}

// gradientCost says how many circuit runs a gradient takes.
func (r *trainRun) gradientCost() string {
	shifts := shiftRuns(r.circuit)
	switch r.trainer.Method {
	case qsim.ParameterShift:
		return fmt.Sprintf("parameter-shift gradient: %d runs a sample and step", shifts+1)
	case qsim.FiniteDifference:
		return fmt.Sprintf("finite-difference gradient: %d runs a sample and step", 2*r.model.Weights()+1)
	case qsim.Adjoint:
	}
	return fmt.Sprintf("adjoint gradient: about 4 runs a sample and step (on a QPU: %d)", shifts+1)
}

// shiftRuns counts the shifted circuits of one gradient by weights.
func shiftRuns(c *circuits.Circuit) int {
	runs := 0
	for _, op := range c.Ops {
		for k, a := range op.Angles {
			if slices.ContainsFunc(a, hasWeight) {
				runs += len(op.Gate.Spec().ShiftRule(k))
			}
		}
	}
	return runs
}

func hasWeight(t circuits.Term) bool {
	for _, v := range t.Vars {
		if !v.Feature {
			return true
		}
	}
	return false
}

// observableNames writes ⟨Z0⟩, or ⟨Z0⟩…⟨Z3⟩ for many.
func observableNames(o []circuits.PauliSum) string {
	names := make([]string, len(o))
	for i, sum := range o {
		names[i] = "<" + sum.String() + ">"
	}
	if len(names) > 4 {
		return names[0] + ".." + names[len(names)-1]
	}
	return strings.Join(names, " ")
}
