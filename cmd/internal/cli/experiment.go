package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qnn/search"
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
	unreduced        string // a reducer that was asked for and has nothing to do
	// searched is how reducer, features and circuit were chosen; nil when they were given.
	searched *search.Result
}

// newExperiment loads the data, splits it, fits the preprocessing on the training
// part and builds the circuit. What takes longer than a moment is shown on progress,
// if that is a terminal; nil shows nothing.
func newExperiment(ctx context.Context, s *settings, progress io.Writer) (*experiment, error) {
	e, err := openExperiment(ctx, s, progress)
	if err != nil {
		return nil, err
	}
	return e, e.makeCircuit(ctx, progress, nil)
}

// openExperiment loads the data and splits it.
func openExperiment(ctx context.Context, s *settings, progress io.Writer) (*experiment, error) {
	e := &experiment{settings: s}
	show := newStage(progress)
	defer show.end()
	var err error
	if e.encoding, err = ansatz.FindEncoding(s.Encoding); err != nil {
		return nil, usage("--encoding %v", err)
	}
	if err := e.phaseOnly(); err != nil {
		return nil, err
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
	return e, nil
}

// makeCircuit settles what is open of the model, fits the preprocessing on the training
// part and builds the circuit. observe is told of the trials of a search; it may be nil.
func (e *experiment) makeCircuit(ctx context.Context, progress io.Writer, observe func(search.Trial)) error {
	if most := e.encoding.MaxFeatures(e.Qubits); e.Qubits > 0 && e.Features > most { // as no search can change
		_, err := buildCircuit(ansatz.Config{Features: e.Features, Qubits: e.Qubits, Encoding: e.Encoding})
		return err
	}
	show := newStage(progress)
	defer show.end()
	show.begin("preparing %d samples of %d columns", e.data.Len(), len(e.data.Columns))
	if observe != nil {
		told := observe
		observe = func(t search.Trial) { // the trials take the place of the line
			show.end()
			told(t)
		}
	}
	if err := e.prepare(ctx, observe); errors.Is(err, dataset.ErrTooLarge) {
		return advise(err, "Take fewer rows, a smaller --max-levels, or leave columns out with --ignore")
	} else if err != nil {
		return err
	}
	config := ansatz.Config{
		Features: e.Features, Qubits: e.Qubits, Encoding: e.Encoding, Ansatz: e.Ansatz,
		Layers: e.Layers, Entanglement: ansatz.Entanglement(e.Entanglement),
	}
	if err := e.fits(max(config.Qubits, e.encoding.QubitsFor(config.Features))); err != nil {
		return err
	}
	var err error
	if e.circuit, err = buildCircuit(config); err != nil {
		return err
	}
	e.Qubits = e.circuit.Qubits
	return nil
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

// choose settles what the settings leave open of reducer, features and circuit: by a
// search on the training part, or by defaults when a reducer is given. observe is told of
// the trials; it may be nil.
func (e *experiment) choose(ctx context.Context, observe func(search.Trial)) error {
	if e.Reduce == search.Auto {
		found, err := search.Choose(ctx, e.train, search.Config{
			Fixed:    search.Choice{Features: e.Features, Qubits: e.Qubits, Ansatz: e.Ansatz, Layers: e.Layers},
			Encoding: e.Encoding, Entanglement: ansatz.Entanglement(e.Entanglement), Importance: importance(e.Seed), MaxLevels: e.MaxLevels, Seed: e.Seed, Observe: observe,
		})
		if err != nil {
			return err
		}
		e.searched = &found
		e.Reduce, e.Features, e.Ansatz, e.Layers = found.Best.Reduce, found.Best.Features, found.Best.Ansatz, found.Best.Layers
	}
	e.Ansatz, e.Layers = cmp.Or(e.Ansatz, defaultAnsatz), cmp.Or(e.Layers, defaultLayers)
	return nil
}

// phaseOnly refuses an encoding that the circuit cannot see.
func (e *experiment) phaseOnly() error {
	if !e.encoding.PhaseOnly || cmp.Or(e.Ansatz, defaultAnsatz) == defaultAnsatz && cmp.Or(e.Layers, defaultLayers) >= 2 {
		return nil
	}
	return usage("--encoding %s turns only phases, which %d layers of %s cannot see. Use --encoding angle-ry, or at least 2 layers of --ansatz reuploading",
		e.Encoding, cmp.Or(e.Layers, defaultLayers), cmp.Or(e.Ansatz, defaultAnsatz))
}

// importance scores columns by a random forest.
func importance(seed uint64) dataset.Scorer {
	return func(ctx context.Context, x [][]float64, y []float64, classes int) ([]float64, error) {
		f := &classical.Forest{Regression: classes == 0, Seed: seed}
		if err := f.Fit(ctx, x, y); err != nil {
			return nil, err
		}
		return f.Importances(), nil
	}
}

// numericColumns counts the columns once all of them are numbers.
func (e *experiment) numericColumns(ctx context.Context) (int, error) {
	steps := e.plainSteps()
	if len(steps) == 1 {
		return len(e.data.Columns), nil
	}
	plain := &dataset.Pipeline{Steps: steps}
	if err := plain.Fit(ctx, e.train); err != nil {
		return 0, err
	}
	e.remarks = append(e.remarks, plain.Remarks()...)
	return plain.Outputs(), nil
}

// prepare fits the two pipelines on the training part and settles the number of
// features.
func (e *experiment) prepare(ctx context.Context, observe func(search.Trial)) error {
	columns, err := e.numericColumns(ctx)
	if err != nil {
		return err
	}
	e.columns = columns
	if e.encoding.Preprocesses() && (columns == 1 || e.Features == 1) {
		return usage("--encoding %s of one feature has nothing to encode: scaled to length 1 it is the same for all samples. Use --encoding %s, or at least 2 features", e.Encoding, defaultEncoding)
	}
	if e.Features > columns {
		return usage("--features %d: the data has %d. Give at most that many", e.Features, columns)
	}
	open := e.Features == 0
	if err := e.choose(ctx, observe); err != nil {
		return err
	}
	if err := e.settleFeatures(columns); err != nil {
		return err
	}
	err = e.fitPipelines(ctx, columns)
	if c, ok := errors.AsType[*dataset.ComponentsError](err); ok && c.Most > 0 {
		if !open {
			return usage("--features %d: %v. Give at most %d", e.Features, err, c.Most)
		}
		e.Features = c.Most
		return e.fitPipelines(ctx, columns)
	}
	return err
}

// settleFeatures puts the default in the place of an open number of features, and refuses
// one that the reducer cannot make.
func (e *experiment) settleFeatures(columns int) error {
	most := search.Most(e.Reduce, columns, len(e.data.Classes))
	switch {
	case most == 0:
		return usage("--reduce %s separates classes, and %s has numbers to predict. Use --reduce pls", e.Reduce, e.Data)
	case e.Features > most:
		return usage("--features %d: --reduce %s gives at most %d, one less than there are classes", e.Features, e.Reduce, most)
	case e.Features == 0 && e.Reduce == search.None:
		e.Features = columns
	case e.Features == 0:
		e.Features = min(most, e.encoding.MaxFeatures(cmp.Or(e.Qubits, 4)))
	case e.Features < columns && e.Reduce == search.None:
		return usage("--features %d: --reduce none keeps all %d columns. Leave one of the two out", e.Features, columns)
	}
	return nil
}

// fitPipelines fits the pipelines of the circuit and of the classical models.
func (e *experiment) fitPipelines(ctx context.Context, columns int) error {
	steps := append(e.plainSteps(), &dataset.Standard{})
	reducer, err := search.Reducer(e.Reduce, e.Features, columns, importance(e.Seed))
	if err != nil {
		return err
	}
	if reducer != nil {
		steps = append(steps, reducer)
	} else if e.Reduce != search.None { // the settings say what was done
		e.unreduced, e.Reduce = e.Reduce, search.None
	}
	e.scaled = &dataset.Pipeline{Steps: append(slices.Clone(steps), &dataset.Standard{})}
	e.pipeline = &dataset.Pipeline{Steps: append(steps, search.Scaled(e.encoding)...)}
	return errors.Join(e.scaled.Fit(ctx, e.train), e.pipeline.Fit(ctx, e.train))
}

// plainSteps are new steps that make numbers of all columns, one for each level of a
// column of words.
func (e *experiment) plainSteps() []dataset.Step {
	return search.Numeric(e.data.Columns, e.MaxLevels)
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

// ended reports whether the context has ended.
func ended(ctx context.Context) bool { return ctx.Err() != nil }
