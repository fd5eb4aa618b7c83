package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/report"
	"github.com/qnn-go/qnn/qnn/search"
)

// searchFile holds how reducer, features and circuit of a run were chosen; a run whose
// settings gave them has none.
const searchFile = "search.json"

// maxSearchBytes bounds what is read of it.
const maxSearchBytes = 1 << 20

// readSearch reads how a run was chosen, nil for one without a search.
func readSearch(dir string) (*search.Result, error) {
	f, err := os.Open(filepath.Join(dir, searchFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	r := new(search.Result)
	if err := json.NewDecoder(io.LimitReader(f, maxSearchBytes)).Decode(r); err != nil {
		return nil, badData("%s: %v. Remove the file to go on without it", f.Name(), err)
	}
	if err := r.Validate(); err != nil {
		return nil, badData("%s: %v. Remove the file to go on without it", f.Name(), err)
	}
	return r, nil
}

// showTrial is a line of progress for a candidate of the search.
func (r *trainRun) showTrial(t search.Trial) {
	if !r.opts.Mute {
		_, _ = fmt.Fprintf(r.opts.Err, "search  %s: score %.3f\n", t.Choice, t.Mean)
	}
}

// describeReduction says how columns become features.
func (r *trainRun) describeReduction(w io.Writer) {
	reduction, ok := r.pipeline.Reduction()
	if !ok {
		if r.unreduced != "" {
			_, _ = fmt.Fprintf(w, "          --reduce %s has nothing to leave out of %s\n", r.unreduced, plural.Count(r.Features, "column"))
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
func (r *trainRun) describeChoice(w io.Writer) {
	s := r.searched
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

// choice puts into the summary how columns became features and how that was chosen.
func (r *trainRun) choice(s *report.Summary) {
	if d, ok := r.pipeline.Reduction(); ok {
		s.Data.Variance = d.Variance
		s.Data.Reduction = &report.Reduction{Name: d.Name, Columns: d.Columns, Features: d.Features, Loadings: d.Loadings, Scores: d.Scores}
	}
	if r.searched == nil {
		return
	}
	s.Search = &report.Search{Folds: r.searched.Folds, Samples: r.searched.Samples, Why: r.searched.Why}
	for _, t := range r.searched.Trials {
		s.Search.Trials = append(s.Search.Trials, report.Trial{
			Reduce: t.Reduce, Features: t.Features, Qubits: t.Qubits, Ansatz: t.Ansatz, Layers: t.Layers,
			Score: t.Mean, Chosen: t.Choice == r.searched.Best,
		})
	}
}

// searchAgain opens what a search had chosen for a run, so that another split of the data
// chooses for itself.
func searchAgain(s *settings, dir string) error {
	found, err := readSearch(dir)
	if found == nil || err != nil {
		return err
	}
	f := found.Fixed
	s.Reduce, s.Features, s.Qubits, s.Ansatz, s.Layers = search.Auto, f.Features, f.Qubits, f.Ansatz, f.Layers
	return nil
}
