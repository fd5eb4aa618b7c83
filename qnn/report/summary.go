package report

import (
	"encoding/json"
	"io"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/metric"
)

// Summary is what there is to say about one run. The caller fills it; a field
// that is zero is left out of the reports. Encoded as JSON and decoded again it
// is the same.
type Summary struct {
	Title     string           `json:"title,omitempty"` // heading of the Markdown report; "": name of the data
	Model     Model            `json:"model"`
	Data      Data             `json:"data"`
	Search    *Search          `json:"search,omitempty"` // how the model was chosen; nil: it was given
	Training  Training         `json:"training"`
	Test      Test             `json:"test,omitzero"`
	Baselines []Baseline       `json:"baselines"`
	Verdict   *compare.Verdict `json:"verdict,omitempty"` // the run against the best baseline
	// Against are tests of the run against other models that were named, such as other runs.
	Against      []compare.Verdict `json:"against,omitempty"`
	TrainSeconds float64           `json:"train_seconds"` // wall time of training
	Run          string            `json:"run"`           // directory of the run
	Pictures     Pictures          `json:"pictures,omitzero"`
	Reproduce    []string          `json:"reproduce,omitempty"` // command lines
	Environment  []Fact            `json:"environment,omitempty"`
}

// Model describes the circuit and how it is run.
type Model struct {
	Name        string   `json:"name,omitempty"` // in tables; "": quantum
	Qubits      int      `json:"qubits"`
	Parameters  int      `json:"parameters"` // all that is trained
	Weights     int      `json:"weights"`    // of them in the circuit; the rest is the head's
	Depth       int      `json:"depth"`
	Encoding    string   `json:"encoding,omitempty"`
	Ansatz      string   `json:"ansatz,omitempty"`
	Layers      int      `json:"layers,omitempty"`
	Observables []string `json:"observables,omitempty"`
	Backend     string   `json:"backend,omitempty"`
	Gradient    string   `json:"gradient,omitempty"` // method
	Shots       int      `json:"shots,omitempty"`    // 0: exact expectation values
	Noise       string   `json:"noise,omitempty"`    // noise model; "": none
}

// Data describes the data set, its split and its preprocessing.
type Data struct {
	Name          string   `json:"name"`
	Source        string   `json:"source,omitempty"`
	License       string   `json:"license,omitempty"`
	Samples       int      `json:"samples"`  // of all parts
	Features      int      `json:"features"` // columns before preprocessing
	Target        string   `json:"target,omitempty"`
	ClassNames    []string `json:"class_names,omitempty"` // nil: regression
	Train         int      `json:"train"`                 // samples
	Validation    int      `json:"validation"`
	Test          int      `json:"test"`
	Stratified    bool     `json:"stratified"`
	SplitSeed     uint64   `json:"split_seed"`
	Preprocessing []string `json:"preprocessing,omitempty"` // steps in order
	Inputs        int      `json:"inputs,omitempty"`        // features after them
	Variance      float64  `json:"variance,omitempty"`      // share of the variance that PCA keeps, in (0, 1]; 0: another reduction, or none

	Columns int                    `json:"columns,omitempty"` // after one-hot
	OneHot  []dataset.ColumnLevels `json:"one_hot,omitempty"` // categorical columns and what each becomes
	Dropped *dataset.Dropped       `json:"dropped,omitempty"` // rows left out for missing cells; nil: none
	Remarks []dataset.Remark       `json:"remarks,omitempty"` // what was decided about columns
	// Reduction is what the features are made of; nil when they are the columns.
	Reduction *Reduction `json:"reduction,omitempty"`
}

// MarshalJSON adds the number of classes, "classes", which is 0 for regression.
func (d Data) MarshalJSON() ([]byte, error) {
	type fields Data
	return json.Marshal(struct {
		fields
		Classes int `json:"classes"`
	}{fields(d), len(d.ClassNames)})
}

// Training describes the settings and the course of training.
type Training struct {
	Optimizer    string     `json:"optimizer,omitempty"`
	LearningRate float64    `json:"learning_rate,omitempty"`
	BatchSize    int        `json:"batch_size,omitempty"`
	Loss         string     `json:"loss,omitempty"`
	Seed         uint64     `json:"seed"`
	MaxEpochs    int        `json:"max_epochs"` // as asked for
	Epochs       int        `json:"epochs"`     // as done
	Stopped      qnn.Reason `json:"stopped"`    // "": interrupted
	BestEpoch    int        `json:"best_epoch"` // whose parameters were kept; 0: those of the last
	Best         qnn.Epoch  `json:"best,omitzero"`
	Last         qnn.Epoch  `json:"last,omitzero"`
}

// Follow sets the course of training, from Epochs on, from the trainer's state.
func (t *Training) Follow(s *qnn.State) {
	t.Epochs, t.Stopped, t.BestEpoch = s.Epoch, s.Stopped, s.Best.Epoch
	t.Best, t.Last = qnn.Epoch{}, qnn.Epoch{}
	for _, e := range s.History {
		if e.Epoch == t.BestEpoch {
			t.Best = e
		}
		t.Last = e
	}
}

// Scores are those of a classifier or of a regression, whichever is not nil. In
// JSON the fields of both are part of the object around them.
type Scores struct {
	*Classification
	*Regression
}

// Classification holds accuracy, its 95 % Wilson interval, macro F1 and balanced
// accuracy, the mean recall of the classes, each in [0, 1].
type Classification struct {
	Accuracy         float64 `json:"accuracy"`
	AccuracyLow      float64 `json:"accuracy_low"`
	AccuracyHigh     float64 `json:"accuracy_high"`
	MacroF1          float64 `json:"macro_f1"`
	BalancedAccuracy float64 `json:"balanced_accuracy,omitempty"`
	*Ranking
}

// Ranking says how well the scores of the classes order the samples; see
// [metric.Ranking].
type Ranking struct {
	ROCAUC           float64 `json:"roc_auc"`
	AveragePrecision float64 `json:"average_precision"`
	Positive         string  `json:"positive_class,omitempty"` // of the average precision; "": the mean of all classes
}

// Regression holds root mean square and mean absolute error in units of the
// target, and the coefficient of determination.
type Regression struct {
	RMSE float64 `json:"rmse"`
	MAE  float64 `json:"mae"`
	R2   float64 `json:"r2"`
}

// Test is what the model achieves on the test part. The zero value says that
// there is none.
type Test struct {
	Scores
	Samples   int                 `json:"samples"`
	Classes   []metric.ClassScore `json:"classes,omitempty"`
	Confusion *metric.Confusion   `json:"confusion,omitempty"`
	// Warnings say that the model answers one class alone, or does no better than
	// always the same answer.
	Warnings []string `json:"warnings,omitempty"`
}

// NewTest measures predictions got of true class indices want, or of values if
// classes is nil. Errors are those of package metric.
func NewTest(want, got []float64, classes []string) (Test, error) {
	t := Test{Samples: len(want)}
	if classes == nil {
		s, err := metric.ScoreValues(want, got)
		if err != nil {
			return Test{}, err
		}
		t.Regression = &Regression{s.RMSE, s.MAE, s.R2}
	} else {
		s, c, err := metric.ScoreClasses(want, got, classes)
		if err != nil {
			return Test{}, err
		}
		t.Classes, t.Confusion = c.Scores(), c
		t.Classification = &Classification{
			Accuracy: s.Accuracy, AccuracyLow: s.Low, AccuracyHigh: s.High, MacroF1: s.MacroF1, BalancedAccuracy: s.BalancedAccuracy,
		}
	}
	t.Warnings = t.warnings()
	return t, nil
}

// Rank adds how well scores, a row of one a class for each sample, order the samples of
// the true classes want. A test part that lacks a class has no such figures: nothing is
// added then.
//
// Errors: those of [metric.NewRanking].
func (t *Test) Rank(want []float64, scores [][]float64) error {
	for _, c := range t.Classes {
		if c.Support == 0 {
			return nil
		}
	}
	r, err := metric.NewRanking(want, scores, len(t.Classes))
	if err != nil {
		return err
	}
	t.Ranking = &Ranking{ROCAUC: r.AUC, AveragePrecision: r.AveragePrecision}
	if r.Positive >= 0 {
		t.Ranking.Positive = t.Classes[r.Positive].Class
	}
	return nil
}

// Baseline is a row of the comparison: another model on the same test part.
type Baseline struct {
	Name         string           `json:"name"`
	Features     compare.Features `json:"features,omitempty"` // which it was given; "": its own
	Inputs       int              `json:"inputs,omitempty"`   // how many, after preprocessing
	Parameters   int              `json:"parameters"`
	TrainSeconds float64          `json:"train_seconds"`
	TrainSamples int              `json:"train_samples,omitempty"` // samples it was fitted on
	Sampled      bool             `json:"sampled,omitempty"`       // they are a random sample of the training part
	Selection    *float64         `json:"selection,omitempty"`     // score by which the best baseline is chosen
	SelectedBy   compare.Choice   `json:"selected_by,omitempty"`   // where Selection comes from
	Scores
}

// NewBaselines turns results of a comparison into rows, in their order.
func NewBaselines(results []compare.Result) []Baseline {
	rows := make([]Baseline, len(results))
	for i, r := range results {
		rows[i] = Baseline{
			Name: r.Name, Features: r.Features, Inputs: r.Inputs, Parameters: r.Parameters,
			TrainSeconds: r.TrainTime.Seconds(), TrainSamples: r.TrainRows, Sampled: r.Sampled,
			Selection: r.Selection, SelectedBy: r.SelectedBy,
		}
		if r.High > 0 { // as of every Wilson interval: a classifier
			rows[i].Classification = &Classification{
				Accuracy: r.Accuracy, AccuracyLow: r.Low, AccuracyHigh: r.High, MacroF1: r.MacroF1, BalancedAccuracy: r.BalancedAccuracy,
			}
		} else {
			rows[i].Regression = &Regression{r.RMSE, r.MAE, r.R2}
		}
	}
	return rows
}

// Pictures holds the file names of pictures, relative to the Markdown report.
type Pictures struct {
	LearningCurve string `json:"learning_curve,omitempty"`
	Test          string `json:"test,omitempty"`      // confusion matrix, or predicted against actual
	Residuals     string `json:"residuals,omitempty"` // of a regression
}

// Fact is a line of the environment, such as {"go", "go1.26.0"}.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// JSON writes s as [WriteJSON] does.
func JSON(w io.Writer, s Summary) error {
	if s.Baselines == nil {
		s.Baselines = []Baseline{}
	}
	return WriteJSON(w, s)
}

// own is the row of the run itself in the comparison.
func (s *Summary) own() Baseline {
	name := s.Model.Name
	if name == "" {
		name = "quantum"
	}
	return Baseline{
		Name: name + " (this run)", Inputs: s.Data.Inputs, Parameters: s.Model.Parameters,
		TrainSeconds: s.TrainSeconds, Scores: s.Test.Scores,
	}
}

// compared returns the rows of the comparison, the run first if it was tested;
// none without baselines.
func (s *Summary) compared() []Baseline {
	if len(s.Baselines) == 0 {
		return nil
	}
	if s.Test.Samples == 0 {
		return s.Baselines
	}
	return append([]Baseline{s.own()}, s.Baselines...)
}
