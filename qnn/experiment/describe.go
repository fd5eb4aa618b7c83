package experiment

import (
	"fmt"
	"io"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/internal/wording"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/report"
	"github.com/qnn-go/qnn/qsim"
)

// Describe prints what is about to be trained; style names a setting, with its value
// where it has one, as the reader knows it.
func (r *Run) Describe(w io.Writer, style wording.Style) {
	_, _ = fmt.Fprintf(w, "data      %s: %s, %s, %s\n",
		report.Printable(r.Data.Name), plural.Count(r.Data.Len(), "sample"), plural.Count(len(r.Data.Columns), "feature"), r.labels())
	for _, fact := range r.facts(style) {
		_, _ = fmt.Fprintf(w, "          %s\n", fact)
	}
	r.describeReduction(w, style)
	_, _ = fmt.Fprintf(w, "          %d train, %d validation, %d test (%sseed %d)\n", r.Train.Len(), r.validationSize(), r.Test.Len(), r.stratified(), r.Settings.Seed)
	r.describeChoice(w)
	weights := r.Model.Weights()
	_, _ = fmt.Fprintf(w, "model     %s, %s encoding, %s %s, depth %d\n",
		plural.Count(r.Circuit.Qubits, "qubit"), r.Encoding.Name, plural.Count(r.Settings.Layers, "layer"), r.Settings.Ansatz, r.Circuit.Depth())
	_, _ = fmt.Fprintf(w, "          %s + %d in the head, measuring %s\n",
		plural.Count(weights, "weight"), len(r.Model.Parameters)-weights, observableNames(r.Model.Observables))
	_, _ = fmt.Fprintf(w, "cost      %s\n          %s\n", r.memoryCost(), r.gradientCost())
}

// DescribeEnd prints how training ended.
func (r *Run) DescribeEnd(w io.Writer) {
	kept := ""
	if best := r.State.Best.Epoch; best > 0 {
		kept = fmt.Sprintf("; epoch %d is kept", best)
	}
	_, _ = fmt.Fprintf(w, "stopped   after epoch %d of %d: %s%s\n\n", r.State.Epoch, r.Settings.Epochs, r.State.Stopped, kept)
}

func (r *Run) labels() string {
	if r.Data.Regression() {
		return "a number to predict"
	}
	return fmt.Sprintf("%d classes", len(r.Data.Classes))
}

func (r *Run) stratified() string {
	if r.Data.Regression() {
		return ""
	}
	return "stratified, "
}

func (r *Run) validationSize() int {
	if r.Validation == nil {
		return 0
	}
	return r.Validation.Len()
}

// memoryCost says how large a state is, and all of those that are there at once.
func (r *Run) memoryCost() string {
	p, err := ParsePrecision(r.Settings.Precision)
	if err != nil { // it made the model
		panic(err)
	}
	text := qsim.Bytes(p.AmplitudeBytes()<<r.Circuit.Qubits) + " a state"
	if peak := r.Model.GradientMemory(r.Trainer.Method, r.Settings.Batch); peak > 0 {
		text += ", at most " + qsim.Bytes(peak) + " at once"
	}
	return text
}

// gradientCost says how many circuit runs a gradient takes.
func (r *Run) gradientCost() string {
	shifts := len(r.Circuit.Shifts())
	switch r.Trainer.Method {
	case qsim.ParameterShift:
		return fmt.Sprintf("parameter-shift gradient: %d runs a sample and step", shifts+1)
	case qsim.FiniteDifference:
		return fmt.Sprintf("finite-difference gradient: %d runs a sample and step", 2*r.Model.Weights()+1)
	case qsim.Adjoint:
	}
	return fmt.Sprintf("adjoint gradient: about 4 runs a sample and step (on a QPU: %d)", shifts+1)
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

// describeReduction says how columns become features.
func (r *Run) describeReduction(w io.Writer, style wording.Style) {
	reduction, ok := r.Pipeline.Reduction()
	if !ok {
		if r.Unreduced != "" {
			_, _ = fmt.Fprintf(w, "          %s has nothing to leave out of %s\n", style("reduce", r.Unreduced), plural.Count(r.Settings.Features, "column"))
		}
		return
	}
	kept := ""
	if reduction.Variance > 0 {
		kept = fmt.Sprintf(", which keep %.0f%% of the variance", 100*reduction.Variance)
	}
	_, _ = fmt.Fprintf(w, "          %s of %s by %s%s\n", plural.Count(len(reduction.Features), "feature"), plural.Count(len(reduction.Columns), "column"), reduction.Name, kept)
}

// describeChoice says what was searched for, and what the folds said.
func (r *Run) describeChoice(w io.Writer) {
	s := r.Search
	switch {
	case s == nil:
		return
	case len(s.Trials) == 0:
		_, _ = fmt.Fprintf(w, "chosen    %v, without trials: %s\n", s.Best, s.Why)
		return
	}
	_, _ = fmt.Fprintf(w, "chosen    %v\n", s.Best)
	_, _ = fmt.Fprintf(w, "          which explain %.2f of the loss on %d folds of the training part\n", s.Score(), s.Folds)
	line := "         "
	for i, t := range s.Trials {
		text := fmt.Sprintf(" %s %.2f", s.Label(t), t.Mean)
		if i < len(s.Trials)-1 {
			text += ","
		}
		if len(line)+len(text) > 88 {
			_, _ = fmt.Fprintln(w, line)
			line = "         "
		}
		line += text
	}
	_, _ = fmt.Fprintln(w, line)
}

// facts are what there is to tell about the reading of the data: rows left out, the
// widths of one-hot columns, and what was decided about columns.
func (e *Experiment) facts(style wording.Style) []string {
	var out []string
	for _, d := range []*dataset.Dataset{e.Data, e.separateTest()} {
		if d == nil {
			continue
		}
		if text := d.Read.Dropped.String(); text != "" {
			out = append(out, text)
		}
	}
	if widths := e.Pipeline.OneHotWidths(); len(widths) > 0 {
		names, total := make([]string, 0, len(widths)), e.Columns
		const listed = 6
		for _, w := range widths[:min(listed, len(widths))] {
			names = append(names, fmt.Sprintf("%s %d", w.Column, w.Levels))
		}
		if len(widths) > listed {
			names = append(names, "…")
		}
		out = append(out, fmt.Sprintf("%d columns after one-hot: %s", total, strings.Join(names, ", ")))
	}
	for _, r := range e.Remarks {
		out = append(out, r.In(style))
	}
	return out
}

// separateTest is the test part where it is a table of its own, else nil.
func (e *Experiment) separateTest() *dataset.Dataset {
	if e.Settings.TestData == "" {
		return nil
	}
	return e.Test
}
