package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/experiment"
)

// baselineFlags say which classical models to compare with.
type baselineFlags struct {
	Names []string
	None  bool
}

func (b *baselineFlags) add(f *pflag.FlagSet) {
	f.StringSliceVar(&b.Names, "baselines", []string{experiment.AllBaselines}, "classical models to compare with: all, none, or some of "+strings.Join(experiment.BaselineNames(), ", "))
	f.BoolVar(&b.None, "no-baselines", false, "the same as --baselines none")
}

// check refuses names that no task knows. It does not look at the data.
func (b *baselineFlags) check() error {
	given := !slices.Equal(b.Names, []string{experiment.AllBaselines})
	if b.None && given && !slices.Equal(b.Names, []string{experiment.NoBaselines}) {
		return usage("--no-baselines leaves out what --baselines %s asks for. Give one of them", strings.Join(b.Names, ","))
	}
	return experiment.Baselines(b.Names).Check()
}

// choice is what the flags stand for.
func (b *baselineFlags) choice() experiment.Baselines {
	if b.None {
		return experiment.Baselines{experiment.NoBaselines}
	}
	return b.Names
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
	line := fmt.Sprintf("baseline %*d/%d  %s on %s (%d)", len(fmt.Sprint(s.Total)), s.Index, s.Total, s.Name, experiment.FeatureWords(s.Features), s.Inputs)
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
		p.shown = false
	}
}
