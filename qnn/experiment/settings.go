package experiment

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qnn/search"
)

// Settings are everything that determines a trained model. [DefaultSettings] is where to
// begin; [Settings.Fields] says what each of them is.
type Settings struct {
	Data        string // the name of a set of package dataset, or a CSV file
	Label       string
	Classes     []string
	Categorical []string
	Ignore      []string
	Keep        []string
	Decimal     string
	Dates       string
	MaxLevels   int
	MergeRare   int
	TestData    string
	Missing     string
	Task        string
	TableForm
	Samples    int
	Noise      float64
	Test       float64
	Validation float64

	Reduce       string
	Features     int
	Qubits       int
	Encoding     string
	Ansatz       string
	Entanglement string
	Layers       int

	Epochs    int
	Batch     int
	Rate      float64
	Momentum  float64
	Nesterov  bool
	Optimizer string
	Loss      string
	Patience  int
	Seed      uint64
	Gradient  string
	Backend   string
	Precision string
}

// The defaults of training, and the circuit where none is asked for and none is searched
// for. It had the lowest validation loss, or nearly so, on most of the data sets that come
// with qnn, seeds 10 to 17.
const (
	DefaultEncoding = "angle-ry"
	DefaultAnsatz   = "reuploading"
	DefaultLayers   = 4
	// DefaultBatch is the number of samples of a step.
	DefaultBatch = 32
)

// DecimalPoint is the decimal mark of a table whose settings name no other.
const DecimalPoint = "."

// DefaultSettings are the settings of an experiment for which nothing else is said.
func DefaultSettings() Settings {
	return Settings{
		Data: "breast-cancer", Decimal: DecimalPoint, Dates: string(dataset.DatesAuto), MaxLevels: dataset.DefaultMaxLevels,
		Missing: string(dataset.MissingRefuse), Task: string(dataset.TaskAuto), TableForm: TableForm{Header: string(dataset.HeaderAuto)},
		Test: 0.2, Validation: 0.2,
		Reduce: search.Auto, Encoding: DefaultEncoding,
		Epochs: 60, Batch: DefaultBatch, Optimizer: "adam", Patience: 10, Backend: "native", Precision: "double",
	}
}

// DataName is the name of the data set, or of its file.
func (s *Settings) DataName() string { return TableName(s.Data) }

// IsFile reports whether the data is a file rather than the name of a set.
func (s *Settings) IsFile() bool {
	name := strings.TrimSuffix(strings.ToLower(s.Data), ".gz")
	return strings.ContainsAny(s.Data, `/\`) || isOneOf(filepath.Ext(name), []string{".csv", ".tsv", ".txt"}) && filepath.Ext(name) != ""
}

// Normalise makes paths absolute, so that the run can be taken up from anywhere.
func (s *Settings) Normalise() error {
	if s.TestData == "-" {
		return refuse("{test-data -}: a run reads its data again to resume and to evaluate. Save it as a CSV file first")
	}
	for _, file := range []struct {
		path   *string
		isFile bool
	}{{&s.Data, s.IsFile()}, {&s.TestData, s.TestData != ""}} {
		if !file.isFile {
			continue
		}
		path, err := filepath.Abs(*file.path)
		if err != nil {
			return err
		}
		*file.path = path
	}
	return nil
}

// Check refuses values that no experiment can use.
func (s *Settings) Check() error {
	if err := s.checkCounts(); err != nil {
		return err
	}
	if err := s.checkShares(); err != nil {
		return err
	}
	for _, v := range []struct {
		setting, value string
		known          []string
	}{
		{"missing", s.Missing, MissingNames()},
		{"decimal", s.Decimal, []string{DecimalPoint, ","}},
		{"dates", s.Dates, []string{string(dataset.DatesAuto), string(dataset.DatesDayFirst), string(dataset.DatesMonthFirst)}},
		{"task", s.Task, []string{string(dataset.TaskAuto), string(dataset.TaskClassification), string(dataset.TaskRegression)}},
		{"loss", s.Loss, qnn.Losses()},
		{"reduce", s.Reduce, append(search.Reducers(), search.Auto)},
		{"ansatz", s.Ansatz, ansatz.Ansaetze()},
		{"entanglement", s.Entanglement, ansatz.Entanglements()},
	} {
		if !isOneOf(v.value, v.known) {
			return unknownWord(v.setting, v.value, v.known)
		}
	}
	return s.TableForm.apply(&dataset.CSVOptions{})
}

// isOneOf reports whether a word is one of the known ones, or empty.
func isOneOf(word string, known []string) bool { return word == "" || slices.Contains(known, word) }

// unknownWord is the error of a setting whose value is none of the known words.
func unknownWord(setting, value string, known []string) error {
	return refuse("{"+setting+"} %s", suggest.Unknown(setting, value, known))
}

// MissingNames are what may become of missing cells.
func MissingNames() []string {
	return []string{string(dataset.MissingRefuse), string(dataset.MissingDrop), string(dataset.MissingMean)}
}

func (s *Settings) checkCounts() error {
	for _, v := range []struct {
		setting string
		value   int
		least   int
	}{
		{"features", s.Features, 0},
		{"qubits", s.Qubits, 0},
		{"layers", s.Layers, 0},
		{"epochs", s.Epochs, 1},
		{"batch", s.Batch, 1},
		{"samples", s.Samples, 0},
		{"max-levels", s.MaxLevels, 2},
		{"merge-rare", s.MergeRare, 0},
	} {
		if v.value < v.least {
			return refuse("{"+v.setting+" %d}: must be at least %d", v.value, v.least)
		}
	}
	return nil
}

func (s *Settings) checkShares() error {
	const mostShare = 0.99
	for _, v := range []struct {
		setting   string
		value     float64
		low, high float64
	}{
		{"test", s.Test, 0, mostShare},
		{"validation", s.Validation, 0, mostShare},
		{"lr", s.Rate, 0, 1e6},
		{"momentum", s.Momentum, 0, 1},
		{"noise", s.Noise, 0, 1e6},
	} {
		if !(v.value >= v.low && v.value <= v.high) {
			return refuse("{"+v.setting+" %s}: must be between %g and %g", strconv.FormatFloat(v.value, 'g', -1, 64), v.low, v.high)
		}
	}
	if s.Patience == 0 || s.Patience < -1 {
		return refuse("{patience %d}: must be at least 1, or -1 to train all epochs", s.Patience)
	}
	if s.Test == 0 && s.TestData == "" {
		return refuse("{test 0}: without test samples there is nothing to report; give a share such as 0.2, or {test-data FILE}")
	}
	return nil
}

// Field is a setting: the name that files of settings and flags have for it, and where
// its value is, a pointer to a string, []string, int, uint64, float64 or bool.
type Field struct {
	Name, Group, Usage string
	Value              any
}

// Fields lists the settings of s in the order of a file. They are the one schema: a file
// of settings has their names as keys, the command line as flags.
func (s *Settings) Fields() []Field {
	return slices.Concat(s.dataFields(), s.modelFields(), s.trainingFields())
}

func (s *Settings) dataFields() []Field {
	const g = "Data"
	form := s.TableForm.Fields()
	for i := range form {
		form[i].Group = g
	}
	return slices.Concat([]Field{
		{"data", g, "data set: a name that qnn data lists, or a CSV file", &s.Data},
		{"label", g, "label column of a CSV file: its name or number, -1 is the last (default the last)", &s.Label},
		{"classes", g, "use only these classes, such as 0,1", &s.Classes},
		{"categorical", g, "columns of a CSV file to read as categories though they look like numbers", &s.Categorical},
		{"ignore", g, "columns of a CSV file to leave out", &s.Ignore},
		{"keep", g, "columns of a CSV file to use though they look like identifiers or free text", &s.Keep},
	}, form, []Field{
		{"decimal", g, "decimal mark of a CSV file: . or ,", &s.Decimal},
		{"dates", g, "what comes first in dates such as 03/04/2025: auto (found out), day-first, month-first", &s.Dates},
		{"missing", g, "missing cells of a CSV file: refuse, drop (the row), mean (fill it in)", &s.Missing},
		{"task", g, "what the labels of a CSV file are: auto, classification, regression", &s.Task},
		{"max-levels", g, "most levels of a categorical column; the rarer ones become one", &s.MaxLevels},
		{"merge-rare", g, "make one class of those with fewer samples than this", &s.MergeRare},
		{"samples", g, "samples of a synthetic data set (0: its default)", &s.Samples},
		{"noise", g, "noise of a synthetic data set", &s.Noise},
		{"test", g, "share of the samples held back for the test", &s.Test},
		{"test-data", g, "CSV file of test samples, instead of a share of the data", &s.TestData},
		{"validation", g, "share of the rest held back for early stopping", &s.Validation},
	})
}

func (s *Settings) modelFields() []Field {
	const g = "Model"
	return []Field{
		{"reduce", g, "how columns become features: " + strings.Join(search.Reducers(), ", ") + "; auto: chosen by folds of the training part, with all of this group that is left open", &s.Reduce},
		{"features", g, "features after the reduction (0: chosen; or as many as the encoding takes on the qubits, at most 4)", &s.Features},
		{"qubits", g, "qubits (0: as many as the features need)", &s.Qubits},
		{"encoding", g, "how features enter the circuit: " + strings.Join(ansatz.Encodings(), ", "), &s.Encoding},
		{"ansatz", g, "trainable layers: " + strings.Join(ansatz.Ansaetze(), ", ") + " (default chosen, or " + DefaultAnsatz + ")", &s.Ansatz},
		{"entanglement", g, strings.Join(ansatz.Entanglements(), ", ") + "; for the ansaetze that have a choice", &s.Entanglement},
		{"layers", g, fmt.Sprintf("repetitions of the ansatz (0: chosen, or %d)", DefaultLayers), &s.Layers},
	}
}

func (s *Settings) trainingFields() []Field {
	const g = "Training"
	return []Field{
		{"epochs", g, "most passes over the training data", &s.Epochs},
		{"batch", g, "samples a step; lbfgs takes all", &s.Batch},
		{"lr", g, "learning rate (0: adam 0.05, sgd 0.1)", &s.Rate},
		{"momentum", g, "momentum of sgd", &s.Momentum},
		{"nesterov", g, "Nesterov momentum of sgd", &s.Nesterov},
		{"optimizer", g, strings.Join(optim.Names(), ", "), &s.Optimizer},
		{"loss", g, strings.Join(qnn.Losses(), ", ") + " (default cross-entropy, or mse for regression)", &s.Loss},
		{"patience", g, "epochs without a lower validation loss before stopping (-1: never stop early)", &s.Patience},
		{"seed", g, "seed of the split, the initial parameters and the order of samples", &s.Seed},
		{"gradient", g, "adjoint, parameter-shift, finite-difference (default adjoint; parameter-shift with the backend q)", &s.Gradient},
		{"backend", g, "simulator: native, q (the package itsubaki/q, slow)", &s.Backend},
		{"precision", g, PrecisionUsage(), &s.Precision},
	}
}
