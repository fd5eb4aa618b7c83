package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/reference"
)

// experiment is what settings describe: data, split, preprocessing and model.
type experiment struct {
	*settings
	data                    *dataset.Dataset
	train, validation, test *dataset.Dataset
	// pipeline prepares rows for the circuit; scaled does the same with standardised
	// instead of angle-ranged features, for the second look of the classical models.
	pipeline, scaled *dataset.Pipeline
	parts            dataset.Partition
	columns          int              // after one-hot
	remarks          []dataset.Remark // on the columns of the data
	encoding         ansatz.Encoding
	circuit          *circuits.Circuit
}

// newExperiment loads the data, splits it, fits the preprocessing on the training
// part and builds the circuit. What takes longer than a moment is shown on progress,
// if that is a terminal; nil shows nothing.
func newExperiment(ctx context.Context, s *settings, progress io.Writer) (*experiment, error) {
	e := &experiment{settings: s}
	show := newStage(progress)
	defer show.end()
	var err error
	if e.encoding, err = ansatz.FindEncoding(s.Encoding); err != nil {
		return nil, usage("--encoding %v", err)
	}
	if e.encoding.PhaseOnly && (s.Ansatz != "reuploading" || s.Layers < 2) {
		return nil, usage("--encoding %s turns only phases, which %d layers of %s cannot see. Use --encoding angle-ry, or at least 2 layers of --ansatz reuploading", s.Encoding, s.Layers, s.Ansatz)
	}
	show.begin("reading %s", s.Data)
	if err := e.load(ctx); err != nil {
		return nil, err
	}
	if err := e.split(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e.TestData != "" {
		if err := e.readTestData(ctx); err != nil {
			return nil, err
		}
	}
	show.begin("preparing %d samples of %d columns", e.data.Len(), len(e.data.Columns))
	if err := e.prepare(ctx); errors.Is(err, dataset.ErrTooLarge) {
		return nil, advise(err, "Take fewer rows, a smaller --max-levels, or leave columns out with --ignore")
	} else if err != nil {
		return nil, err
	}
	config := ansatz.Config{
		Features: e.Features, Qubits: s.Qubits, Encoding: s.Encoding, Ansatz: s.Ansatz,
		Layers: s.Layers, Entanglement: ansatz.Entanglement(s.Entanglement),
	}
	if err := e.fits(max(config.Qubits, e.encoding.QubitsFor(config.Features))); err != nil {
		return nil, err
	}
	if e.circuit, err = buildCircuit(config); err != nil {
		return nil, err
	}
	e.Qubits = e.circuit.Qubits
	return e, nil
}

// fits refuses circuits that are too large for this machine before one is built.
func (s *settings) fits(qubits int) error {
	vectors := 1
	if m, err := s.method(); err == nil && m == qsim.Adjoint {
		vectors = 2
	}
	p, err := parsePrecision(s.Precision)
	if err != nil {
		return err
	}
	return p.CheckMemory(qubits, vectors)
}

// buildCircuit composes encoding and ansatz; errors name the flag.
func buildCircuit(c ansatz.Config) (*circuits.Circuit, error) {
	built, err := ansatz.Build(c)
	if name, ok := errors.AsType[*ansatz.NameError](err); ok {
		return nil, usage("--%s %w", name.Kind, err)
	}
	if err != nil {
		return nil, usage("%w", err)
	}
	return built, nil
}

// load reads the data and keeps the chosen classes.
func (e *experiment) load(ctx context.Context) error {
	var err error
	if e.isFile() {
		var o dataset.CSVOptions
		if o, err = e.csvOptions(); err != nil {
			return err
		}
		e.data, err = readTable(ctx, e.Data, nil, o)
	} else {
		e.data, err = e.loadNamed()
	}
	if err != nil {
		return err
	}
	e.remarks = e.data.Read.Remarks
	if len(e.Classes) > 0 {
		if e.data, err = e.data.FilterClasses(e.Classes); err != nil {
			return usage("--classes: %v", err)
		}
	}
	if err := e.mergeRare(); err != nil {
		return err
	}
	return e.data.Validate()
}

// mergeRare makes one class of those with few samples.
func (e *experiment) mergeRare() error {
	if e.MergeRare == 0 {
		return nil
	}
	if e.data.Regression() {
		return usage("--merge-rare %d: the labels are values, not classes. Drop it, or use --task classification", e.MergeRare)
	}
	merged, err := e.data.MergeRare(e.MergeRare)
	if err != nil {
		return usage("--merge-rare %d: %w. Give a smaller number", e.MergeRare, err)
	}
	if names := merged.Label.Merged; len(names) > 0 {
		e.remarks = append(e.remarks, dataset.Remark{
			Column: merged.Target, Text: fmt.Sprintf("%d classes with fewer than %d samples are one, %q", len(names), e.MergeRare, merged.Classes[len(merged.Classes)-1]),
		})
	}
	e.data = merged
	return nil
}

func (e *experiment) loadNamed() (*dataset.Dataset, error) {
	if e.Data == "-" {
		return nil, usage("--data -: a run reads its data again to resume and to evaluate. Save it as a CSV file first")
	}
	d, err := dataset.Load(e.Data, dataset.Synthetic{Samples: e.Samples, Noise: e.Noise, Seed: e.Seed})
	if unknown, ok := errors.AsType[*dataset.UnknownError](err); ok {
		if _, stat := os.Stat(e.Data); stat == nil {
			return nil, usage("--data %s: there is no data set of that name, but a file. Write ./%s to read it", e.Data, e.Data)
		}
		return nil, usage("--data %s. Files end in .csv, .tsv or .txt, or have a / in their path", suggest.Unknown("data set", e.Data, unknown.Known))
	}
	return d, err
}

func (e *experiment) csvOptions() (dataset.CSVOptions, error) {
	o := dataset.CSVOptions{
		Label: e.Label, Categorical: e.Categorical, Ignore: e.Ignore, Keep: e.Keep, Comma: e.Decimal == ",", Dates: dataset.Dates(e.Dates),
		Missing: dataset.Missing(e.Missing), Task: dataset.Task(e.Task),
	}
	if len(e.Classes) == 0 && e.MergeRare == 0 {
		o.LeastOfClass = e.partCount()
	}
	return o, e.tableForm.apply(&o)
}

// partCount is the number of parts that the data is split into.
func (s *settings) partCount() int {
	parts := 1
	for _, share := range []float64{s.Test, s.Validation} {
		if share > 0 {
			parts++
		}
	}
	return parts
}

func (e *experiment) split() error {
	parts, err := dataset.Split(e.data, dataset.SplitOptions{Test: e.Test, Validation: e.Validation, Seed: e.Seed})
	if err != nil {
		return fmt.Errorf("%s: %w", e.Data, err)
	}
	e.parts = parts
	e.train, e.validation, e.test = e.data.Subset(parts.Train), e.data.Subset(parts.Validation), e.data.Subset(parts.Test)
	if len(parts.Validation) == 0 {
		e.validation = nil
	}
	return nil
}

// prepare fits the two pipelines on the training part and settles the number of
// features.
func (e *experiment) prepare(ctx context.Context) error {
	columns := len(e.data.Columns)
	first := e.plainSteps()
	if len(first) > 1 {
		plain := &dataset.Pipeline{Steps: first}
		if err := plain.Fit(ctx, e.train); err != nil {
			return err
		}
		columns = plain.Outputs()
		e.remarks = append(e.remarks, plain.Remarks()...)
	}
	e.columns = columns
	if e.Features == 0 {
		qubits := e.Qubits
		if qubits == 0 {
			qubits = 4
		}
		e.Features = min(columns, e.encoding.MaxFeatures(qubits))
	}
	if e.encoding.Preprocesses() && min(e.Features, columns) == 1 {
		return usage("--encoding %s of one feature has nothing to encode: scaled to length 1 it is the same for all samples. Use --encoding %s, or at least 2 features", e.Encoding, defaultEncoding)
	}
	if e.Features > columns {
		return usage("--features %d: the data has %d. Give at most that many", e.Features, columns)
	}
	first = append(first, &dataset.Standard{})
	if e.Features < columns {
		first = append(first, &dataset.PCA{K: e.Features})
	}
	e.scaled = &dataset.Pipeline{Steps: append(slices.Clone(first), &dataset.Standard{})}
	e.pipeline = &dataset.Pipeline{Steps: first}
	if e.encoding.Low < e.encoding.High {
		e.pipeline.Steps = append(slices.Clone(first), &dataset.MinMax{Lo: e.encoding.Low, Hi: e.encoding.High, Clip: true})
	}
	return errors.Join(e.scaled.Fit(ctx, e.train), e.pipeline.Fit(ctx, e.train))
}

// plainSteps are new steps that make numbers of all columns, one for each level of a
// column of words.
func (e *experiment) plainSteps() []dataset.Step {
	steps := []dataset.Step{&dataset.Impute{}}
	if slices.ContainsFunc(e.data.Columns, dataset.Column.Categorical) {
		steps = append(steps, &dataset.Levels{Max: e.MaxLevels}, &dataset.OneHot{})
	}
	return steps
}

// newModel makes the untrained model.
func (e *experiment) newModel() (*qnn.Model, error) {
	b, err := e.backend()
	if err != nil {
		return nil, err
	}
	return qnn.New(qnn.Config{
		Circuit: e.circuit, Classes: e.data.Classes, Target: e.data.Target, Pipeline: e.pipeline,
		Amplitude: e.encoding.Preprocesses(), Backend: b, Seed: e.Seed,
	})
}

// backends are the simulators by name; the native one in the precision p.
func backends(p qsim.Precision) map[string]qnn.Backend {
	return map[string]qnn.Backend{
		"native": func(c *circuits.Circuit, o ...circuits.PauliSum) (qnn.Simulator, error) {
			return p.Compile(c, o...)
		},
		"q": func(c *circuits.Circuit, o ...circuits.PauliSum) (qnn.Simulator, error) {
			return reference.Compile(c, o...)
		},
	}
}

func (s *settings) backend() (qnn.Backend, error) {
	p, err := parsePrecision(s.Precision)
	if err != nil {
		return nil, err
	}
	b, ok := backends(p)[s.Backend]
	if !ok {
		return nil, usage("--backend %s", suggest.Unknown("backend", s.Backend, []string{"native", "q"}))
	}
	if p != qsim.Double && s.Backend != "native" {
		return nil, usage("--precision %s needs --backend native; %s works in double", s.Precision, s.Backend)
	}
	return b, nil
}

// method is the gradient method, by default one that the backend has.
func (s *settings) method() (qsim.Method, error) {
	name := s.Gradient
	if name == "" {
		name = qsim.Adjoint.String()
		if s.Backend == "q" {
			name = qsim.ParameterShift.String()
		}
	}
	m, err := qsim.ParseMethod(name)
	if err != nil {
		return 0, usage("--gradient %s", suggest.Unknown("gradient method", name, qsim.MethodNames()))
	}
	if m == qsim.Adjoint && s.Backend == "q" {
		return 0, usage("--gradient adjoint needs --backend native; q takes parameter-shift or finite-difference")
	}
	return m, nil
}

// trainer is how the settings train.
func (s *settings) trainer() (*qnn.Trainer, error) {
	m, err := s.method()
	if err != nil {
		return nil, err
	}
	c := optim.Config{LearningRate: s.Rate, Momentum: s.Momentum, Nesterov: s.Nesterov}
	if s.Optimizer == "adam" && s.Rate == 0 {
		c.LearningRate = 0.05 // twenty steps an epoch are few: larger than the usual 0.01
	}
	if _, err := optim.New(s.Optimizer, c); err != nil {
		return nil, usage("--optimizer %v", err)
	}
	return &qnn.Trainer{
		Epochs: s.Epochs, BatchSize: s.Batch, Optimizer: s.Optimizer, Config: c, Loss: qnn.Loss(s.Loss),
		Method: m, Patience: s.Patience, Seed: s.Seed,
	}, nil
}

// variance is the share of the variance that PCA keeps; ok is false without PCA.
func (e *experiment) variance() (share float64, ok bool) {
	for _, s := range e.pipeline.Steps {
		if p, isPCA := s.(*dataset.PCA); isPCA {
			for _, v := range p.Explained {
				share += v
			}
			return share, true
		}
	}
	return 0, false
}

// ended reports whether the context has ended.
func ended(ctx context.Context) bool { return ctx.Err() != nil }
