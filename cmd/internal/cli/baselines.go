package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/report"
)

// baselineFlags say which classical models to compare with.
type baselineFlags struct {
	Names []string
	None  bool
}

// The words of --baselines that are no model.
const (
	allBaselines = "all"
	noBaselines  = "none"
)

func (b *baselineFlags) add(f *pflag.FlagSet) {
	f.StringSliceVar(&b.Names, "baselines", []string{allBaselines}, "classical models to compare with: all, none, or some of "+strings.Join(baselineNames(), ", "))
	f.BoolVar(&b.None, "no-baselines", false, "the same as --baselines none")
}

// baselineNames are the models of both tasks.
func baselineNames() []string {
	names := classical.Names(false)
	for _, name := range classical.Names(true) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// check refuses names that no task knows. It does not look at the data.
func (b *baselineFlags) check() error {
	given := !slices.Equal(b.Names, []string{allBaselines})
	if b.None && given && !slices.Equal(b.Names, []string{noBaselines}) {
		return usage("--no-baselines leaves out what --baselines %s asks for. Give one of them", strings.Join(b.Names, ","))
	}
	known := append([]string{allBaselines, noBaselines}, baselineNames()...)
	for _, name := range b.Names {
		if !slices.Contains(known, name) {
			return usage("--baselines %s", suggest.Unknown("baseline", name, known))
		}
		if len(b.Names) > 1 && (name == allBaselines || name == noBaselines) {
			return usage("--baselines %s: %s stands alone. Give names, or %s", strings.Join(b.Names, ","), name, name)
		}
	}
	if len(b.Names) == 0 {
		return usage("--baselines is empty. Give names, all or none")
	}
	return nil
}

// names are the models to fit for a task, in the order of a report.
func (b *baselineFlags) names(regression bool) ([]string, error) {
	known := classical.Names(regression)
	switch {
	case b.None || slices.Contains(b.Names, noBaselines):
		return nil, nil
	case slices.Contains(b.Names, allBaselines):
		return known, nil
	}
	for _, name := range b.Names {
		if !slices.Contains(known, name) {
			task := map[bool]string{false: "classes", true: "numbers"}
			return nil, usage("--baselines %s is for %s, and the labels are %s. Choose from %s", name, task[!regression], task[regression], strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(known, func(name string) bool { return !slices.Contains(b.Names, name) }), nil
}

// baselines trains the classical models on the same training part: on all columns,
// and on the model's features where these are fewer. It shows the progress on w; a
// model that fails is left out with a remark there.
func (e *experiment) baselines(ctx context.Context, which baselineFlags, w io.Writer, quiet bool) ([]compare.Result, error) {
	names, err := which.names(e.data.Regression())
	if err != nil || len(names) == 0 {
		return nil, err
	}
	p := &baselineProgress{w: w}
	if quiet {
		p.w = io.Discard
	}
	b := compare.Baselines{
		Train: e.train, Validation: e.validation, Test: e.test,
		All: func() []dataset.Step { return append(e.plainSteps(), &dataset.Standard{}) }, Model: e.scaled,
		Models: func() []compare.Estimator {
			var models []compare.Estimator
			for _, m := range classical.Baselines(e.data.Regression(), e.Seed) {
				if slices.Contains(names, m.Name()) {
					models = append(models, m)
				}
			}
			return models
		},
		Seed: e.Seed, Observe: p.show,
	}
	out, err := b.Run(ctx)
	p.end()
	for _, f := range out.Failed {
		_, _ = fmt.Fprintf(p.w, "qnn: baseline %s on %s is left out: %v\n", f.Name, featureWords(f.Features), f.Err)
	}
	return out.Results, err
}

// announcedCells is the number of training cells, rows times columns, from which on a
// baseline takes long enough for a line of its own.
const announcedCells = 20_000

// baselineProgress shows which baseline is being fitted: in a line that changes on a
// terminal, elsewhere in a line each where the table is large.
type baselineProgress struct {
	w     io.Writer
	shown bool
}

func (p *baselineProgress) show(s compare.Stage) {
	line := fmt.Sprintf("baseline %*d/%d  %s on %s (%d)", len(fmt.Sprint(s.Total)), s.Index, s.Total, s.Name, featureWords(s.Features), s.Inputs)
	if s.Rows < s.Of {
		line += fmt.Sprintf(", %d of %d rows", s.Rows, s.Of)
	}
	if isTerminal(p.w) {
		_, _ = fmt.Fprint(p.w, "\r"+line+"\x1b[K")
		p.shown = true
		return
	}
	if s.Of*s.Inputs >= announcedCells {
		_, _ = fmt.Fprintln(p.w, line)
	}
}

// end frees the terminal's line.
func (p *baselineProgress) end() {
	if p.shown {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
}

func featureWords(f compare.Features) string {
	if f == compare.ModelFeatures {
		return "the model's features"
	}
	return "all columns"
}

// addBaselines puts the results of the classical models and the test of the model's
// own result against the best of them into the summary.
func addBaselines(s *report.Summary, test *dataset.Dataset, own compare.Result, results []compare.Result) error {
	s.Baselines = append(s.Baselines, report.NewBaselines(results)...)
	if !slices.ContainsFunc(results, func(r compare.Result) bool { return r.Features == compare.AllColumns }) {
		return nil // all of them failed
	}
	verdict, err := compare.Against(test.Y, append([]compare.Result{own}, results...), own.Name)
	s.Verdict = &verdict
	return err
}
