package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/search"
)

// Prepare decides what is open of the model, by a search or by defaults, fits the
// preprocessing on the training part and builds the circuit.
func (e *Experiment) Prepare(ctx context.Context, o Observer) error {
	if most := e.Encoding.MaxFeatures(e.Settings.Qubits); e.Settings.Qubits > 0 && e.Settings.Features > most { // as no search can change
		_, err := BuildCircuit(ansatz.Config{Features: e.Settings.Features, Qubits: e.Settings.Qubits, Encoding: e.Settings.Encoding})
		return err
	}
	defer o.stage("")
	o.stage(fmt.Sprintf("preparing %d samples of %d columns", e.Data.Len(), len(e.Data.Columns)))
	trial := func(t search.Trial) { // takes the place of the stage
		o.stage("")
		if o.Trial != nil {
			o.Trial(t)
		}
	}
	if err := e.prepare(ctx, trial); errors.Is(err, dataset.ErrTooLarge) {
		return advise(err, "Take fewer rows, a smaller {max-levels}, or leave columns out with {ignore}")
	} else if err != nil {
		return err
	}
	config := ansatz.Config{
		Features: e.Settings.Features, Qubits: e.Settings.Qubits, Encoding: e.Settings.Encoding, Ansatz: e.Settings.Ansatz,
		Layers: e.Settings.Layers, Entanglement: ansatz.Entanglement(e.Settings.Entanglement),
	}
	if err := e.Settings.fits(max(config.Qubits, e.Encoding.QubitsFor(config.Features))); err != nil {
		return err
	}
	var err error
	if e.Circuit, err = BuildCircuit(config); err != nil {
		return err
	}
	e.Settings.Qubits = e.Circuit.Qubits
	return nil
}

// BuildCircuit composes encoding and ansatz; errors name the setting.
func BuildCircuit(c ansatz.Config) (*circuits.Circuit, error) {
	built, err := ansatz.Build(c)
	if name, ok := errors.AsType[*ansatz.NameError](err); ok {
		return nil, refuse("{"+name.Kind+"} %w", err)
	}
	if err != nil {
		return nil, refuse("%w", err)
	}
	return built, nil
}

// choose decides what the settings leave open of reducer, features and circuit: by a
// search on the training part, or by defaults when a reducer is given. observe is told
// of the trials.
func (e *Experiment) choose(ctx context.Context, observe func(search.Trial)) error {
	if e.Settings.Reduce == search.Auto {
		found, err := search.Choose(ctx, e.Train, search.Config{
			Fixed:    search.Choice{Features: e.Settings.Features, Qubits: e.Settings.Qubits, Ansatz: e.Settings.Ansatz, Layers: e.Settings.Layers},
			Encoding: e.Settings.Encoding, Entanglement: ansatz.Entanglement(e.Settings.Entanglement), Importance: importance(e.Settings.Seed), MaxLevels: e.Settings.MaxLevels, Seed: e.Settings.Seed, Observe: observe,
		})
		if err != nil {
			return err
		}
		e.Search = &found
		e.Settings.Reduce, e.Settings.Features, e.Settings.Ansatz, e.Settings.Layers = found.Best.Reduce, found.Best.Features, found.Best.Ansatz, found.Best.Layers
	}
	e.Settings.Ansatz, e.Settings.Layers = cmp.Or(e.Settings.Ansatz, DefaultAnsatz), cmp.Or(e.Settings.Layers, DefaultLayers)
	return nil
}

// phaseOnly refuses an encoding that the circuit cannot see.
func (e *Experiment) phaseOnly() error {
	if !e.Encoding.PhaseOnly || cmp.Or(e.Settings.Ansatz, DefaultAnsatz) == DefaultAnsatz && cmp.Or(e.Settings.Layers, DefaultLayers) >= 2 {
		return nil
	}
	return refuse("{encoding %s} turns only phases, which %d layers of %s cannot see. Use {encoding angle-ry}, or at least 2 layers of {ansatz reuploading}",
		e.Settings.Encoding, cmp.Or(e.Settings.Layers, DefaultLayers), cmp.Or(e.Settings.Ansatz, DefaultAnsatz))
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
func (e *Experiment) numericColumns(ctx context.Context) (int, error) {
	steps := e.plainSteps()
	if len(steps) == 1 {
		return len(e.Data.Columns), nil
	}
	plain := &dataset.Pipeline{Steps: steps}
	if err := plain.Fit(ctx, e.Train); err != nil {
		return 0, err
	}
	e.Remarks = append(e.Remarks, plain.Remarks()...)
	return plain.Outputs(), nil
}

// prepare fits the two pipelines on the training part and decides the number of
// features.
func (e *Experiment) prepare(ctx context.Context, observe func(search.Trial)) error {
	columns, err := e.numericColumns(ctx)
	if err != nil {
		return err
	}
	e.Columns = columns
	if e.Encoding.Preprocesses() && (columns == 1 || e.Settings.Features == 1) {
		return refuse("{encoding %s} of one feature has nothing to encode: scaled to length 1 it is the same for all samples. Use {encoding %s}, or at least 2 features", e.Settings.Encoding, DefaultEncoding)
	}
	if e.Settings.Features > columns {
		return refuse("{features %d}: the data has %d. Give at most that many", e.Settings.Features, columns)
	}
	open := e.Settings.Features == 0
	if err := e.choose(ctx, observe); err != nil {
		return err
	}
	if err := e.resolveFeatures(columns); err != nil {
		return err
	}
	err = e.fitPipelines(ctx, columns)
	if c, ok := errors.AsType[*dataset.ComponentsError](err); ok && c.Most > 0 {
		if !open {
			return refuse("{features %d}: %w. Give at most %d", e.Settings.Features, err, c.Most)
		}
		e.Settings.Features = c.Most
		return e.fitPipelines(ctx, columns)
	}
	return err
}

// resolveFeatures puts the default in the place of an open number of features, and refuses
// one that the reducer cannot make.
func (e *Experiment) resolveFeatures(columns int) error {
	most := search.Most(e.Settings.Reduce, columns, len(e.Data.Classes))
	switch {
	case most == 0:
		return refuse("{reduce %s} separates classes, and %s has numbers to predict. Use {reduce pls}", e.Settings.Reduce, e.Settings.Data)
	case e.Settings.Features > most:
		return refuse("{features %d}: {reduce %s} gives at most %d, one less than there are classes", e.Settings.Features, e.Settings.Reduce, most)
	case e.Settings.Features == 0 && e.Settings.Reduce == search.None:
		e.Settings.Features = columns
	case e.Settings.Features == 0:
		e.Settings.Features = min(most, e.Encoding.MaxFeatures(cmp.Or(e.Settings.Qubits, 4)))
	case e.Settings.Features < columns && e.Settings.Reduce == search.None:
		return refuse("{features %d}: {reduce none} keeps all %d columns. Leave one of the two out", e.Settings.Features, columns)
	}
	return nil
}

// fitPipelines fits the pipelines of the circuit and of the classical models.
func (e *Experiment) fitPipelines(ctx context.Context, columns int) error {
	steps := append(e.plainSteps(), &dataset.Standard{})
	reducer, err := search.Reducer(e.Settings.Reduce, e.Settings.Features, columns, importance(e.Settings.Seed))
	if err != nil {
		return err
	}
	if reducer != nil {
		steps = append(steps, reducer)
	} else if e.Settings.Reduce != search.None { // the settings say what was done
		e.Unreduced, e.Settings.Reduce = e.Settings.Reduce, search.None
	}
	e.Scaled = &dataset.Pipeline{Steps: append(slices.Clone(steps), &dataset.Standard{})}
	e.Pipeline = &dataset.Pipeline{Steps: append(steps, search.Scaled(e.Encoding)...)}
	return errors.Join(e.Scaled.Fit(ctx, e.Train), e.Pipeline.Fit(ctx, e.Train))
}

// plainSteps are new steps that make numbers of all columns, one for each level of a
// column of words.
func (e *Experiment) plainSteps() []dataset.Step {
	return search.Numeric(e.Data.Columns, e.Settings.MaxLevels)
}

// NewModel makes the untrained model.
func (e *Experiment) NewModel() (*qnn.Model, error) {
	b, err := e.Settings.NewBackend()
	if err != nil {
		return nil, err
	}
	return qnn.New(qnn.Config{
		Circuit: e.Circuit, Classes: e.Data.Classes, Target: e.Data.Target, Pipeline: e.Pipeline,
		Amplitude: e.Encoding.Preprocesses(), Backend: b, Seed: e.Settings.Seed,
	})
}
