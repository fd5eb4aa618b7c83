package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
)

// ErrConfig reports settings that cannot be searched with.
var ErrConfig = fault.New(fault.Usage, "invalid search")

// Choice is what a search decides, or what its user has decided before: a zero field is
// open.
type Choice struct {
	Reduce   string `json:"reduce"`   // a name of Reducers
	Features int    `json:"features"` // after the reducer
	Qubits   int    `json:"qubits"`
	Ansatz   string `json:"ansatz"`
	Layers   int    `json:"layers"`
}

// String is the choice in a few words, such as "pls to 8 features, 8 qubits, 4 layers
// reuploading".
func (c Choice) String() string {
	return fmt.Sprintf("%s to %s, %s, %s %s", c.Reduce, plural.Count(c.Features, "feature"), plural.Count(c.Qubits, "qubit"), plural.Count(c.Layers, "layer"), c.Ansatz)
}

// Trial is a candidate and how it did on the folds.
type Trial struct {
	Choice
	// Scores holds, for each fold, the share of the loss that the model explains there:
	// 1 − loss/loss₀, where loss₀ is that of the frequencies of the classes, or of the mean,
	// in the other folds. It is 1 at best, and at most 0 for a model that has learned
	// nothing. The loss is cross-entropy, or the mean squared error.
	Scores []float64 `json:"scores"`
	// Mean is the mean of Scores.
	Mean float64 `json:"mean"`
}

// Result is the outcome of a search.
type Result struct {
	Best Choice `json:"best"`
	// Fixed is what was decided before.
	Fixed Choice `json:"fixed"`
	// Trials holds the candidates in the order in which they were tried; none when there
	// was nothing to choose, or not enough to choose by.
	Trials []Trial `json:"trials"`
	// Folds and Samples are their number, and that of the samples in all of them.
	Folds   int `json:"folds"`
	Samples int `json:"samples"`
	// Why says why there are no trials; "" when there are.
	Why string `json:"why,omitempty"`
}

// Validate reports a result that no search can have left, as one from a file may be.
func (r Result) Validate() error {
	choices := []Choice{r.Best}
	for _, t := range r.Trials {
		choices = append(choices, t.Choice)
		if !(t.Mean <= 1) {
			return fmt.Errorf("score %v: %w", t.Mean, ErrConfig)
		}
	}
	for _, c := range choices {
		if err := CheckReducer(c.Reduce); err != nil {
			return err
		}
		if c.Features < 1 || c.Qubits < 1 || c.Layers < 1 {
			return fmt.Errorf("%v: %w", c, ErrConfig)
		}
	}
	if f := r.Fixed; f.Features < 0 || f.Qubits < 0 || f.Layers < 0 {
		return fmt.Errorf("%v: %w", f, ErrConfig)
	}
	return nil
}

// Label names a trial by what it differs in from the first: the reducer and its features,
// or the circuit.
func (r Result) Label(t Trial) string {
	if first := r.Trials[0]; t.Ansatz != first.Ansatz || t.Layers != first.Layers {
		return fmt.Sprintf("%s-%d", t.Ansatz, t.Layers)
	}
	return fmt.Sprintf("%s-%d", t.Reduce, t.Features)
}

// Score is the mean score of the best choice, 0 without trials.
func (r Result) Score() float64 {
	for _, t := range r.Trials {
		if t.Choice == r.Best {
			return t.Mean
		}
	}
	return 0
}

// Config says what is open and how to search. The zero value leaves all open.
type Config struct {
	// Fixed holds what is decided before; its zero fields, and Reduce = Auto, are open.
	Fixed Choice
	// Encoding and Entanglement are those of the circuits; "" is angle-ry, and the
	// default of the ansatz.
	Encoding     string
	Entanglement ansatz.Entanglement
	// MaxLevels bounds the levels of a categorical column, as in dataset.Levels.
	MaxLevels int
	// Importance scores columns for the reducer Forest; nil leaves it out.
	Importance dataset.Scorer
	// Folds is their number; 0: 3.
	Folds int
	// Samples is the most that are used of the training part; 0: 600.
	Samples int
	// Seed is that of the folds and of the initial parameters.
	Seed uint64
	// Observe is called with every trial as it ends, in their order, from one goroutine at
	// a time.
	Observe func(t Trial)
}

const (
	defaultFolds   = 3
	defaultSamples = 600
	// narrow and wide are the numbers of qubits that are tried.
	narrow, wide = 4, 8
	// maxSearchQubits bounds the circuits that candidates are trained with: larger ones
	// would take longer to choose than to train.
	maxSearchQubits = 10
	// trialEpochs and trialPatience bound the training of a candidate on a fold.
	trialEpochs, trialPatience = 25, 5
	trialBatch                 = 16
	trialRate                  = 0.1
	streamSample               = 11 // of the PCG generator that draws the samples
)

// circuits are the candidates for the circuit; the first is the one that reducers and
// widths are compared with.
func circuits() []Choice {
	return []Choice{
		{Ansatz: "reuploading", Layers: 4},
		{Ansatz: "reuploading", Layers: 2},
		{Ansatz: "strongly-entangling", Layers: 3},
	}
}

// Choose decides what is open in c.Fixed by folds of the training part d.
//
// Errors: ErrConfig for names that are unknown, those of Dataset.Validate, of the pipeline
// and of training, and the context's.
func Choose(ctx context.Context, d *dataset.Dataset, c Config) (Result, error) {
	s, err := newSearch(ctx, d, c)
	if err != nil {
		return Result{}, err
	}
	if s.result.Why != "" {
		return s.result, nil
	}
	for _, stage := range []func() []Choice{s.reducers, s.widths, s.circuits} {
		if err := s.try(ctx, stage()); err != nil {
			return Result{}, err
		}
	}
	if len(s.result.Trials) == 0 {
		return s.result, fmt.Errorf("no reducer gives features of these columns: %w", ErrConfig)
	}
	return s.result, nil
}

// search is one call of Choose.
type search struct {
	Config
	encoding ansatz.Encoding
	columns  int // numeric ones, before the reducer
	classes  int // 0: regression
	width    int // features of the first stage
	folds    []fold
	result   Result
	best     float64
}

func newSearch(ctx context.Context, d *dataset.Dataset, c Config) (*search, error) {
	if c.Fixed.Reduce == Auto {
		c.Fixed.Reduce = ""
	}
	if c.Fixed.Reduce != "" {
		if err := CheckReducer(c.Fixed.Reduce); err != nil {
			return nil, err
		}
	}
	if c.Encoding == "" {
		c.Encoding = "angle-ry"
	}
	e, err := ansatz.FindEncoding(c.Encoding)
	if err != nil {
		return nil, err
	}
	plain := &dataset.Pipeline{Steps: Numeric(d.Columns, c.MaxLevels)}
	if err := plain.Fit(ctx, d); err != nil {
		return nil, err
	}
	s := &search{Config: c, encoding: e, columns: plain.Outputs(), classes: len(d.Classes)}
	if c.Fixed.Features > s.columns {
		return nil, fmt.Errorf("%d features of %d columns: %w", c.Fixed.Features, s.columns, ErrConfig)
	}
	s.width = s.capacity(wide)
	s.result.Fixed, s.result.Best = c.Fixed, s.standard()
	if most := max(c.Fixed.Qubits, e.QubitsFor(max(c.Fixed.Features, 1))); most > maxSearchQubits {
		s.result.Why = fmt.Sprintf("circuits of over %d qubits are not tried", maxSearchQubits)
		return s, nil
	}
	if err := s.split(ctx, d); err != nil {
		return nil, err
	}
	return s, nil
}

// capacity is the number of features for so many qubits, unless they are decided.
func (s *search) capacity(qubits int) int {
	if s.Fixed.Features > 0 {
		return s.Fixed.Features
	}
	if s.Fixed.Qubits > 0 {
		qubits = s.Fixed.Qubits
	} else if s.encoding.Preprocesses() {
		qubits = min(qubits, narrow) // amplitudes: 16 features, 256 would take a deep circuit
	}
	return min(s.columns, s.encoding.MaxFeatures(qubits))
}

// least is the smallest number of features that the encoding makes something of, unless it
// is decided: two where pairs are encoded, or the sample is scaled to length 1.
func (s *search) least() int {
	if s.Fixed.Features == 0 && s.columns > 1 && (s.encoding.Preprocesses() || s.encoding.QubitsFor(1) > 1) {
		return 2
	}
	return 1
}

// standard is the choice without trials: partial least squares, narrow, or all columns
// where they fit.
func (s *search) standard() Choice {
	width := s.capacity(narrow)
	reduce := PLS
	if width == s.columns {
		reduce = None
	}
	return s.fixed(Choice{Reduce: reduce, Features: width, Ansatz: circuits()[0].Ansatz, Layers: circuits()[0].Layers})
}

// fixed puts what is decided into a choice and decides the number of qubits.
func (s *search) fixed(c Choice) Choice {
	f := s.Fixed
	if f.Reduce != "" {
		c.Reduce = f.Reduce
		if f.Features == 0 {
			c.Features = min(c.Features, Most(f.Reduce, s.columns, s.classes))
		}
	}
	if f.Features > 0 {
		c.Features = f.Features
	}
	if f.Ansatz != "" {
		c.Ansatz = f.Ansatz
	}
	if f.Layers > 0 {
		c.Layers = f.Layers
	}
	c.Qubits = max(f.Qubits, s.encoding.QubitsFor(c.Features))
	return c
}

// reducers are the candidates of the first stage.
func (s *search) reducers() []Choice {
	var out []Choice
	for _, name := range Reducers() {
		width := min(s.width, Most(name, s.columns, s.classes))
		switch {
		case s.Fixed.Reduce != "" && name != s.Fixed.Reduce,
			name == Forest && s.Importance == nil && s.Fixed.Reduce == "",
			width < s.least(), width < s.Fixed.Features,
			name == None && width < s.columns,
			name == LDA && s.Fixed.Reduce == "" && width < 2, // one score is a classical model that a circuit reads
			name != None && s.Fixed.Reduce == "" && width == s.columns && name != PLS && name != LDA:
			continue
		}
		out = append(out, s.fixed(Choice{Reduce: name, Features: width, Ansatz: circuits()[0].Ansatz, Layers: circuits()[0].Layers}))
	}
	return out
}

// widths are the best choice with fewer features.
func (s *search) widths() []Choice {
	c := s.result.Best
	width := min(s.capacity(narrow), Most(c.Reduce, s.columns, s.classes))
	if c.Reduce == None || width >= c.Features || s.Fixed.Features > 0 {
		return nil
	}
	c.Features = width
	return []Choice{s.fixed(c)}
}

// circuits are the best choice with the other circuits.
func (s *search) circuits() []Choice {
	var out []Choice
	for _, circuit := range circuits() {
		if s.encoding.PhaseOnly && circuit.Ansatz != circuits()[0].Ansatz {
			continue // it sees nothing
		}
		if _, err := (ansatz.Config{Features: 1, Ansatz: circuit.Ansatz, Entanglement: s.Entanglement}).Resolve(); err != nil {
			continue // its entanglement is its own
		}
		c := s.result.Best
		c.Ansatz, c.Layers = circuit.Ansatz, circuit.Layers
		if c = s.fixed(c); c != s.result.Best && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// sample draws at most n samples of d, of each class its share.
func sample(d *dataset.Dataset, n int, seed uint64) (*dataset.Dataset, error) {
	if d.Len() <= n {
		return d, nil
	}
	parts, err := dataset.Split(d, dataset.SplitOptions{Test: float64(n) / float64(d.Len()), Seed: seed})
	if errors.Is(err, dataset.ErrTooFew) { // a class of one sample
		rng := rand.New(rand.NewPCG(seed, streamSample))
		return d.Subset(rng.Perm(d.Len())[:n]), nil
	}
	if err != nil {
		return nil, err
	}
	return d.Subset(parts.Test), nil
}

// Numeric returns new steps that make numbers of columns: missing cells filled, a column
// for each level of a categorical one, rare levels together above maxLevels of them.
func Numeric(columns []dataset.Column, maxLevels int) []dataset.Step {
	steps := []dataset.Step{&dataset.Impute{}}
	if slices.ContainsFunc(columns, dataset.Column.Categorical) {
		steps = append(steps, &dataset.Levels{Max: maxLevels}, &dataset.OneHot{})
	}
	return steps
}

// Scaled returns new steps that scale features to what an encoding takes best; none for
// one that normalises the sample.
func Scaled(e ansatz.Encoding) []dataset.Step {
	if e.Low < e.High {
		return []dataset.Step{&dataset.MinMax{Lo: e.Low, Hi: e.High, Clip: true}}
	}
	return nil
}

// baseline is the loss on test of what can be said without features: the frequencies of
// the classes in train, or its mean in units of its deviation.
func baseline(train, test *dataset.Dataset) float64 {
	n := float64(train.Len())
	loss := 0.0
	if !train.Regression() {
		counts := train.ClassCounts()
		for _, y := range test.Y {
			loss -= math.Log((float64(counts[int(y)]) + 1) / (n + float64(len(counts))))
		}
		return loss / float64(test.Len())
	}
	mean, square := 0.0, 0.0
	for _, y := range train.Y {
		mean += y / n
	}
	for _, y := range train.Y {
		square += (y - mean) * (y - mean) / n
	}
	if square == 0 {
		square = 1
	}
	for _, y := range test.Y {
		loss += (y - mean) * (y - mean) / square
	}
	return loss / float64(test.Len())
}

// trainer is how a candidate is trained on a fold.
func trainer(seed uint64) qnn.Trainer {
	return qnn.Trainer{
		Epochs: trialEpochs, BatchSize: trialBatch, Patience: trialPatience, Seed: seed,
		Optimizer: &optim.Adam{LearningRate: trialRate},
	}
}
