// Package hardware scores and trains models on what a quantum computer measured.
//
// [Measured] answers for the model's circuit from the counts of an export of package
// qpu, in place of a simulator: predictions, scores and gradients then come from the
// same code as on a simulator. [Measured.Resample] repeats the measurement with the
// shares that were seen, which tells what shot noise does to anything computed from it
// (the bootstrap: Efron 1979, doi:10.1214/aos/1176344552).
package hardware

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/internal/fault"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qsim"
)

var (
	// ErrModel marks a model that is not the one that was exported.
	ErrModel = fault.New(fault.Data, "not the model that was exported")
	// ErrMissing marks circuits that have no results.
	ErrMissing = fault.New(fault.Data, "results are missing")
)

// Measured is what a device measured of a model's circuit. It is a [qnn.Simulator] for
// the samples of the export that have results, in their order, and for no others. It
// is not modified after [New] and may be used by many goroutines.
type Measured struct {
	manifest *qpu.Manifest
	circuit  *circuits.Circuit
	// rows are the samples of the manifest that have all results without a shift.
	rows []int
	// points are what was measured of a sample with one shift or none: sample s without a
	// shift is point s·(1+shifts), with shift k it is that +1+k. A point has values for
	// each basis, or is nil.
	points []point
	shifts int
}

type point []*qpu.OutcomeValues

// New joins the results of an export, as [qpu.Manifest.Match] orders them, with the
// model that it was made from. Errors wrap [ErrModel], [ErrMissing] when no sample is
// complete, or [qpu.ErrMismatch].
func New(m *qpu.Manifest, model *qnn.Model, results []*qpu.Result) (*Measured, error) {
	h := &Measured{manifest: m, circuit: model.Circuit}
	if err := h.check(model); err != nil {
		return nil, err
	}
	if m.Gradient != nil {
		h.shifts = len(m.Gradient.Shifts)
	}
	bases := m.Bases()
	parts, lost := m.Parts(bases)
	if lost != nil {
		return nil, fmt.Errorf("no circuit measures %v: %w", circuits.PauliSum{{Coef: 1, String: lost}}, qpu.ErrMismatch)
	}
	h.points = make([]point, len(m.Samples)*(1+h.shifts))
	for i, r := range results {
		if r == nil {
			continue
		}
		e := m.Circuits[i]
		at := e.Sample * (1 + h.shifts)
		if e.Shift != nil {
			at += 1 + *e.Shift
		}
		if h.points[at] == nil {
			h.points[at] = make(point, len(bases))
		}
		b := slices.Index(bases, e.Basis)
		values, err := r.OutcomeValues(parts[b])
		if err != nil {
			return nil, fmt.Errorf("circuit %04d: %w", i, err)
		}
		h.points[at][b] = values
	}
	for s := range m.Samples {
		if h.points[s*(1+h.shifts)].complete() {
			h.rows = append(h.rows, s)
		}
	}
	if len(h.rows) == 0 {
		return nil, fmt.Errorf("no sample is complete: %w", ErrMissing)
	}
	return h, nil
}

// complete reports whether all bases were measured.
func (p point) complete() bool { return p != nil && !slices.Contains(p, nil) }

// check compares the model with what the manifest says of it.
func (h *Measured) check(model *qnn.Model) error {
	m := h.manifest
	if model.Circuit.Qubits != m.Qubits || len(model.Observables) != len(m.Observables) {
		return fmt.Errorf("%d qubits and %d observables, the export has %d and %d: %w", model.Circuit.Qubits, len(model.Observables), m.Qubits, len(m.Observables), ErrModel)
	}
	for k, o := range model.Observables {
		if o.String() != m.Observables[k].String() {
			return fmt.Errorf("observable %v, the export has %v: %w", o, m.Observables[k], ErrModel)
		}
	}
	for i, s := range m.Samples {
		if len(s.Features) < model.Circuit.Features() {
			return fmt.Errorf("sample %d has %d features, the circuit reads %d: %w", i, len(s.Features), model.Circuit.Features(), ErrModel)
		}
	}
	for i, s := range m.Samples {
		if model.Classes == nil || s.Label == nil {
			continue
		}
		if v := *s.Label; !(v >= 0 && v < float64(len(model.Classes)) && v == math.Trunc(v)) {
			return fmt.Errorf("sample %d has the label %v, the model %d classes: %w", i, v, len(model.Classes), ErrModel)
		}
	}
	if m.Gradient == nil {
		return nil
	}
	for i, s := range m.Gradient.Shifts {
		if s.Op >= len(model.Circuit.Ops) || s.Angle >= len(model.Circuit.Ops[s.Op].Angles) {
			return fmt.Errorf("shift %d is of angle %d of operation %d, which the circuit does not have: %w", i, s.Angle, s.Op, ErrModel)
		}
	}
	return nil
}

// Samples lists the samples of the manifest that have results, in the order in which
// [Measured.Expect] takes them.
func (h *Measured) Samples() []qpu.Sample {
	out := make([]qpu.Sample, len(h.rows))
	for i, s := range h.rows {
		out[i] = h.manifest.Samples[s]
	}
	return out
}

// Shots is the number of shots of a circuit, of the first that has results; 0: exact, or
// estimated.
func (h *Measured) Shots() int { return h.points[h.rows[0]*(1+h.shifts)][0].N }

// Estimated reports whether results are an estimator's expectation values with standard
// errors instead of outcomes.
func (h *Measured) Estimated() bool { return h.points[h.rows[0]*(1+h.shifts)][0].Errors != nil }

// Features are those of [Measured.Samples].
func (h *Measured) Features() [][]float64 {
	var out [][]float64
	for _, s := range h.Samples() {
		out = append(out, s.Features)
	}
	return out
}

// Missing lists the samples of the manifest without complete results; for a gradient,
// shifted circuits count too.
func (h *Measured) Missing() []qpu.Sample {
	var out []qpu.Sample
	for s, sample := range h.manifest.Samples {
		points := h.points[s*(1+h.shifts) : (s+1)*(1+h.shifts)]
		if slices.ContainsFunc(points, func(p point) bool { return !p.complete() }) {
			out = append(out, sample)
		}
	}
	return out
}

// Backend is a backend that gives h, for [qnn.Model.Using].
func (h *Measured) Backend(*circuits.Circuit, ...circuits.PauliSum) (qnn.Simulator, error) {
	return h, nil
}

// Expect implements [qnn.Simulator] for the features of [Measured.Samples]: the mean
// values that were measured.
func (h *Measured) Expect(_ context.Context, dst, _ []float64, samples [][]float64) error {
	if err := h.same(samples); err != nil {
		return err
	}
	k := len(h.manifest.Observables)
	clear(dst)
	for i, s := range h.rows {
		h.points[s*(1+h.shifts)].mean(dst[i*k : (i+1)*k])
	}
	return nil
}

// mean adds the mean values of the observables to dst.
func (p point) mean(dst []float64) {
	for _, t := range p {
		t.Mean(dst)
	}
}

// same refuses samples that were not measured.
func (h *Measured) same(samples [][]float64) error {
	if len(samples) != len(h.rows) {
		return fmt.Errorf("%d samples, results are of %d: %w", len(samples), len(h.rows), ErrMissing)
	}
	for i, s := range h.rows {
		if !slices.Equal(samples[i], h.manifest.Samples[s].Features) {
			return fmt.Errorf("sample %d is not the one that was measured: %w", i, ErrMissing)
		}
	}
	return nil
}

// Gradient implements [qnn.Simulator] by the parameter-shift rules of the export, for
// method [qsim.ParameterShift] and derivatives by weights alone:
//
//	dw[j] += Σᵢ Σ_shifts coef · ∂angle/∂w[j] · Σₖ c[i][k] · e[i][shift][k]
func (h *Measured) Gradient(_ context.Context, method qsim.Method, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss qsim.Loss) error {
	switch {
	case h.manifest.Gradient == nil:
		return fmt.Errorf("the export has no shifted circuits: %w", ErrMissing)
	case method != qsim.ParameterShift || dx != nil:
		return fmt.Errorf("%v: a device measures gradients by weights with parameter-shift: %w", method, qnn.ErrConfig)
	case len(h.Missing()) > 0:
		return fmt.Errorf("%d samples lack circuits: %w", len(h.Missing()), ErrMissing)
	}
	if err := h.same(samples); err != nil {
		return err
	}
	k := len(h.manifest.Observables)
	e, c := make([]float64, k), make([]float64, k)
	for i, s := range h.rows {
		points := h.points[s*(1+h.shifts) : (s+1)*(1+h.shifts)]
		clear(e)
		clear(c)
		points[0].mean(e)
		loss(i, e, c)
		for j, shift := range h.manifest.Gradient.Shifts {
			clear(e)
			points[1+j].mean(e)
			f := 0.0
			for k, v := range c {
				f += v * e[k]
			}
			h.circuit.Ops[shift.Op].Angles[shift.Angle].AddGradient(weights, samples[i], shift.Coef*f, dw, nil)
		}
	}
	return nil
}

// Resample is h with as many shots of every circuit drawn again from the shares that
// were measured; what is exact stays.
func (h *Measured) Resample(rng *rand.Rand) *Measured {
	out := *h
	out.points = make([]point, len(h.points))
	for i, p := range h.points {
		if p == nil {
			continue
		}
		out.points[i] = make(point, len(p))
		for b, t := range p {
			if t != nil {
				out.points[i][b] = resample(t, rng)
			}
		}
	}
	return &out
}

// resample draws a multinomial sample, one binomial after the other; of estimates it draws
// normal ones with their standard errors.
func resample(t *qpu.OutcomeValues, rng *rand.Rand) *qpu.OutcomeValues {
	if t.Errors != nil {
		row := slices.Clone(t.Values[0])
		for k, e := range t.Errors {
			row[k] += e * rng.NormFloat64()
		}
		return &qpu.OutcomeValues{Share: t.Share, Values: [][]float64{row}, Errors: t.Errors}
	}
	if t.N == 0 {
		return t
	}
	out := &qpu.OutcomeValues{N: t.N, Share: make([]float64, len(t.Share)), Values: t.Values}
	left, rest := t.N, 1.0
	for i, p := range t.Share {
		n := left
		if i < len(t.Share)-1 && p < rest {
			n = int(distuv.Binomial{N: float64(left), P: p / rest, Src: rng}.Rand())
		}
		out.Share[i] = float64(n) / float64(t.N)
		if left, rest = left-n, rest-p; left == 0 {
			break
		}
	}
	return out
}
