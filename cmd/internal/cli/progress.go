package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/qnn-go/qnn/qnn"
)

// progress shows epochs as they end: a bar on a terminal, a line each elsewhere.
type progress struct {
	w      io.Writer
	total  int
	bars   *mpb.Progress
	bar    *mpb.Bar
	status string
}

// newProgress starts at epoch done of total; a quiet one shows nothing.
func newProgress(w io.Writer, done, total int, quiet bool) *progress {
	p := &progress{w: w, total: total}
	switch {
	case quiet:
		p.w = io.Discard
	case isTerminal(w):
		p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(24))
		p.bar = p.bars.New(int64(total), mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
			mpb.PrependDecorators(decor.Name("epoch "), decor.CountersNoUnit("%d/%d")),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.status }),
				decor.OnComplete(decor.Name("  "), ""), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), ""), decor.OnComplete(decor.Name(" left"), "")))
		p.bar.SetCurrent(int64(done))
	}
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// show reports the last epoch of the state.
func (p *progress) show(s *qnn.State, regression, validated bool) {
	e := s.History[len(s.History)-1]
	text := "loss " + short(e.TrainLoss)
	if validated {
		text += "  val " + short(e.ValLoss)
		if !regression {
			text += fmt.Sprintf("  val acc %.3f", e.ValAccuracy)
		}
	} else if !regression {
		text += fmt.Sprintf("  acc %.3f", e.TrainAccuracy)
	}
	text += "  |grad| " + short(e.GradientNorm)
	if p.bar != nil {
		p.status = "  " + text
		p.bar.SetCurrent(int64(s.Epoch))
		return
	}
	_, _ = fmt.Fprintf(p.w, "epoch %*d/%d  %s\n", len(fmt.Sprint(p.total)), s.Epoch, p.total, text)
}

// short writes a number with four decimals, or a large one with four digits.
func short(v float64) string {
	if v >= 1e4 {
		return fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// end leaves the bar as it is and frees the terminal's line.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Abort(false)
		p.bars.Wait()
	}
}

// throttle says when enough time has passed to save again.
type throttle struct {
	every time.Duration
	last  time.Time
}

func (t *throttle) due() bool {
	if time.Since(t.last) < t.every {
		return false
	}
	t.last = time.Now()
	return true
}
