package report

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
)

// Markdown writes the report of a run in the GitHub flavour of Markdown: what was
// trained, how, the results with their uncertainty, and what they do not show.
// Text of the summary is escaped, so that a name cannot become markup.
func Markdown(w io.Writer, s Summary) error {
	d := &document{}
	d.heading(1, s.heading())
	d.paragraph(s.finding())
	d.trained(&s)
	d.choice(&s)
	d.training(&s)
	d.results(&s)
	d.comparison(&s)
	if limits := limitations(&s); len(limits) > 0 {
		d.heading(2, "Limitations")
		d.paragraph(strings.Join(limits, " "))
	}
	if len(s.Reproduce) > 0 {
		d.heading(2, "How to reproduce")
		d.code(s.Reproduce)
	}
	if len(s.Environment) > 0 {
		d.heading(2, "Environment")
		rows := make([][]string, len(s.Environment))
		for i, f := range s.Environment {
			rows[i] = []string{escape(f.Name), escape(f.Value)}
		}
		d.table("ll", []string{"", ""}, rows)
	}
	_, err := io.WriteString(w, d.String())
	return err
}

func (s *Summary) heading() string {
	switch {
	case s.Title != "":
		return escape(s.Title)
	case s.Data.Name != "":
		return escape(s.Data.Name)
	}
	return "Training run"
}

// finding is the first paragraph: what came out.
func (s *Summary) finding() string {
	what := fmt.Sprintf("A quantum model of %s and %s", plural.Count(s.Model.Qubits, "qubit"), plural.Count(s.Model.Parameters, "parameter"))
	t := s.Test
	switch {
	case t.Classification != nil:
		what += fmt.Sprintf(" reaches accuracy **%s** on %s it has not seen (95%% interval %s).",
			score(t.Accuracy), plural.Count(t.Samples, "test sample"), t.interval())
	case t.Regression != nil:
		what += fmt.Sprintf(" reaches R² **%s** on %s it has not seen (root mean square error %s).",
			score(t.R2), plural.Count(t.Samples, "test sample"), value(t.RMSE))
	default:
		what += " was trained; it was not tested."
	}
	if len(t.Warnings) > 0 {
		what += " **" + escape(strings.Join(t.Warnings, " ")) + "**"
	}
	if s.Verdict != nil {
		what += " " + escape(s.Verdict.String())
	}
	return what
}

func (d *document) trained(s *Summary) {
	d.heading(2, "What was trained")
	data, m, t := s.Data, s.Model, s.Training
	var rows [][]string
	row := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	row("Data", data.size())
	row("Source", escape(data.Source))
	row("Licence", escape(data.License))
	if data.Train > 0 {
		row("Split", data.split())
	}
	if data.Dropped != nil {
		row("Missing cells", escape(data.Dropped.String()))
	}
	row("One-hot", data.oneHot())
	row("Preprocessing", data.steps())
	row("Encoding", escape(m.Encoding))
	row("Ansatz", m.ansatz())
	row("Circuit", fmt.Sprintf("%s, depth %d", plural.Count(m.Qubits, "qubit"), m.Depth))
	row("Observables", list(m.Observables))
	row("Parameters", fmt.Sprintf("%d: %d in the circuit, %d in the head", m.Parameters, m.Weights, m.Parameters-m.Weights))
	row("Backend", m.backend())
	row("Gradient", escape(m.Gradient))
	row("Optimiser", t.optimiser())
	row("Loss", escape(t.Loss))
	row("Seed", strconv.FormatUint(t.Seed, 10))
	d.table("ll", []string{"", ""}, rows)
	if len(data.Remarks) > 0 {
		lines := make([]string, len(data.Remarks))
		for i, r := range data.Remarks {
			lines[i] = "- " + escape(r.String()) + "."
		}
		d.block(strings.Join(lines, "\n"))
	}
}

// oneHot says how many columns each category becomes.
func (d Data) oneHot() string {
	names := make([]string, len(d.OneHot))
	for i, c := range d.OneHot {
		names[i] = fmt.Sprintf("%s %d", escape(c.Column), c.Levels)
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s; %d columns in all", strings.Join(names, ", "), d.Columns)
}

func (d Data) size() string {
	out := fmt.Sprintf("%s, %s", plural.Count(d.Samples, "sample"), plural.Count(d.Features, "feature"))
	if d.Name != "" {
		out = escape(d.Name) + ": " + out
	}
	if len(d.ClassNames) > 0 {
		out += fmt.Sprintf(", %d classes (%s)", len(d.ClassNames), list(d.ClassNames))
	}
	if d.Target != "" {
		out += ", target " + escape(d.Target)
	}
	return out
}

func (d Data) split() string {
	how := "at random"
	if d.Stratified {
		how = "stratified"
	}
	return fmt.Sprintf("%d train, %d validation, %d test (%s, seed %d)", d.Train, d.Validation, d.Test, how, d.SplitSeed)
}

func (d Data) steps() string {
	out := list(d.Preprocessing)
	if d.Variance > 0 {
		out += fmt.Sprintf("; %d -> %d features keep %.0f%% of the variance", d.Features, d.Inputs, 100*d.Variance)
	} else if d.Inputs > 0 && d.Inputs != d.Features {
		out += fmt.Sprintf("; %d -> %d features", d.Features, d.Inputs)
	}
	return strings.TrimPrefix(out, "; ")
}

func (m Model) ansatz() string {
	out := escape(m.Ansatz)
	if m.Layers > 0 {
		out += ", " + plural.Count(m.Layers, "layer")
	}
	return strings.TrimPrefix(out, ", ")
}

func (m Model) backend() string {
	out := escape(m.Backend)
	if m.Shots > 0 {
		out += fmt.Sprintf(", %d shots", m.Shots)
	} else {
		out += ", exact expectation values"
	}
	if m.Noise != "" {
		out += ", noise " + escape(m.Noise)
	}
	return strings.TrimPrefix(out, ", ")
}

func (t Training) optimiser() string {
	out := escape(t.Optimizer)
	if t.LearningRate > 0 {
		out += fmt.Sprintf(", learning rate %g", t.LearningRate)
	}
	if t.BatchSize > 0 {
		out += fmt.Sprintf(", batches of %d", t.BatchSize)
	}
	return strings.TrimPrefix(out, ", ")
}

func (d *document) training(s *Summary) {
	t := s.Training
	if t.MaxEpochs == 0 {
		return
	}
	d.heading(2, "Training")
	end := "interrupted"
	if t.Stopped != "" {
		end = escape(string(t.Stopped))
	}
	course := fmt.Sprintf("Training ended after %d of at most %s: %s.", t.Epochs, plural.Count(t.MaxEpochs, "epoch"), end)
	if t.BestEpoch > 0 {
		course += fmt.Sprintf(" The parameters are those of epoch %d, which has the lowest validation loss.", t.BestEpoch)
	}
	if s.TrainSeconds > 0 {
		course += fmt.Sprintf(" It took %s.", seconds(s.TrainSeconds))
	}
	d.paragraph(course)
	if t.Last.Epoch > 0 {
		d.epochs(t, s.Data.Validation > 0, s.Test.Regression == nil && len(s.Data.ClassNames) > 0)
	}
	if s.Pictures.LearningCurve != "" {
		d.picture("Learning curve", s.Pictures.LearningCurve)
	}
}

// epochs tables the best and the last epoch.
func (d *document) epochs(t Training, validation, accuracy bool) {
	header := []string{"epoch", "train loss"}
	cells := func(name string, e qnn.Epoch) []string {
		row := []string{fmt.Sprintf("%d (%s)", e.Epoch, name), value(e.TrainLoss)}
		if accuracy {
			row = append(row, score(e.TrainAccuracy))
		}
		if validation {
			row = append(row, value(e.ValLoss))
			if accuracy {
				row = append(row, score(e.ValAccuracy))
			}
		}
		return row
	}
	if accuracy {
		header = append(header, "train accuracy")
	}
	if validation {
		header = append(header, "validation loss")
		if accuracy {
			header = append(header, "validation accuracy")
		}
	}
	var rows [][]string
	if t.Best.Epoch > 0 {
		rows = append(rows, cells("best", t.Best))
	}
	rows = append(rows, cells("last", t.Last))
	d.table("l"+strings.Repeat("r", len(header)-1), header, rows)
}

func (d *document) results(s *Summary) {
	t := s.Test
	if t.Samples == 0 {
		return
	}
	d.heading(2, "Test results")
	switch {
	case t.Classification != nil:
		d.classification(t)
	case t.Regression != nil:
		d.table("lr", []string{"on " + plural.Count(t.Samples, "test sample"), ""}, [][]string{
			{"root mean square error", value(t.RMSE)},
			{"mean absolute error", value(t.MAE)},
			{"R²", score(t.R2)},
		})
	}
	if s.Pictures.Test != "" {
		alt := "Confusion matrix"
		if t.Regression != nil {
			alt = "Predicted against actual"
		}
		d.picture(alt, s.Pictures.Test)
	}
	if s.Pictures.Residuals != "" {
		d.picture("Actual minus predicted against predicted", s.Pictures.Residuals)
	}
}

func (d *document) classification(t Test) {
	d.paragraph(fmt.Sprintf("Accuracy **%s**, 95%% Wilson interval %s; macro F1 %s; %s.",
		score(t.Accuracy), t.interval(), score(t.MacroF1), plural.Count(t.Samples, "sample")))
	if t.Ranking != nil {
		d.paragraph(escape(t.ranked()) + ".")
	}
	rows := make([][]string, len(t.Classes))
	for i, c := range t.Classes {
		rows[i] = []string{escape(c.Class), score(c.Precision), score(c.Recall), score(c.F1), strconv.Itoa(c.Support)}
	}
	d.table("lrrrr", []string{"class", "precision", "recall", "F1", "samples"}, rows)
	if t.Confusion == nil {
		return
	}
	d.paragraph("Confusion matrix, a row for each actual and a column for each predicted class:")
	header, rows := []string{"actual \\\\ predicted"}, nil
	for i, name := range t.Confusion.Classes {
		header = append(header, escape(name))
		row := []string{escape(name)}
		for _, n := range t.Confusion.Counts[i] {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	d.table("l"+strings.Repeat("r", len(rows)), header, rows)
}

func (d *document) comparison(s *Summary) {
	rows := s.compared()
	if len(rows) == 0 {
		return
	}
	d.heading(2, "Comparison")
	header, cells := comparisonTable(rows, true)
	align := bytes.Repeat([]byte("r"), len(header)+2)
	for i, name := range header {
		switch name {
		case "accuracy":
			header[i], align[i] = "accuracy, 95% interval", 'l'
		case "model", "features":
			align[i] = 'l'
		}
	}
	for _, line := range cells {
		line[0] = escape(line[0]) // the name; the rest is our own
	}
	d.table(string(align), append(header, "parameters", "training"), cells)
	for _, note := range s.notes() {
		d.paragraph(escape(note))
	}
	for _, v := range s.tests() {
		text := escape(v.String())
		if v.Test == compare.McNemar {
			text += fmt.Sprintf(" Against %s, %s right by this model alone and %d by the other alone.",
				escape(v.Baseline), counted(v.OnlyModel, "sample is", "samples are"), v.OnlyBaseline)
		}
		d.paragraph(text)
	}
}

// counted prints n with the words for one and for many.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// list joins escaped names by commas.
func list(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = escape(n)
	}
	return strings.Join(out, ", ")
}

// link is the address of a file relative to the report.
func link(file string) string {
	address := (&url.URL{Path: file}).String()
	return strings.NewReplacer("(", "%28", ")", "%29").Replace(address)
}
