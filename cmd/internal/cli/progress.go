package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/experiment"
)

// progress shows epochs as they end: a bar on a terminal, a line each elsewhere.
type progress struct {
	w           io.Writer
	start       time.Time
	done, total int // epochs at the start, and at most
	regression  bool
	validated   bool
	bars        *mpb.Progress
	bar         *mpb.Bar
	text        string                 // of the last epoch
	status      atomic.Pointer[string] // what the bar's own goroutine shows
}

// begin starts to show the epochs of a run; a quiet one shows nothing.
func (p *progress) begin(w io.Writer, r *experiment.Run, quiet bool) {
	p.w, p.start, p.done, p.total = w, time.Now(), r.Epochs(), r.Settings.Epochs
	p.regression, p.validated = r.Data.Regression(), r.Validation != nil
	switch {
	case quiet:
		p.w = io.Discard
	case isTerminal(w):
		p.status.Store(new(string))
		p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(24))
		p.bar = p.bars.New(int64(p.total), mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
			mpb.PrependDecorators(decor.Name("epoch "), decor.CountersNoUnit("%d/%d")),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return *p.status.Load() })))
		p.bar.SetCurrent(int64(p.done))
	}
}

// stage shows on a terminal what is being done, when it takes longer than a moment, and
// takes it away again. On anything but a terminal it shows nothing.
type stage struct {
	w     io.Writer
	timer *time.Timer
	mu    sync.Mutex // guards shown, which the timer sets
	shown bool
}

// moment is how long a stage goes without saying.
const moment = 400 * time.Millisecond

// newStage shows stages on w; nil shows none.
func newStage(w io.Writer) *stage {
	if !isTerminal(w) {
		w = nil
	}
	return &stage{w: w}
}

// observer shows on w what an experiment does besides training, unless it is mute.
func observer(w io.Writer, mute bool) experiment.Observer {
	if mute {
		return experiment.Observer{}
	}
	show, baseline := newStage(w), &baselineProgress{w: w}
	return experiment.Observer{
		Stage: func(what string) {
			baseline.end()
			if show.end(); what != "" {
				show.begin(what)
			}
		},
		Baseline: baseline.show,
		Remark:   func(text string) { _, _ = fmt.Fprintf(w, "qnn: %s\n", text) },
	}
}

// begin ends the stage before and begins another.
func (s *stage) begin(text string) {
	s.end()
	if s.w == nil {
		return
	}
	s.timer = time.AfterFunc(moment, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, _ = io.WriteString(s.w, text+" …")
		s.shown = true
	})
}

// end takes away what is shown.
func (s *stage) end() {
	if s.timer == nil {
		return
	}
	s.timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown {
		_, _ = io.WriteString(s.w, "\r\x1b[K") // to the beginning of the line, and erase it
		s.shown = false
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// show reports the last epoch of the state.
func (p *progress) show(s *qnn.State) {
	e := s.History[len(s.History)-1]
	text := "loss " + short(e.TrainLoss)
	if p.validated {
		text += "  val " + short(e.ValLoss)
		if !p.regression {
			text += fmt.Sprintf("  val acc %.3f", e.ValAccuracy)
		}
	} else if !p.regression {
		text += fmt.Sprintf("  acc %.3f", e.TrainAccuracy)
	}
	if p.bar != nil {
		p.text = "  " + text
		p.setStatus(p.text + "  " + p.left(s.Epoch))
		p.bar.SetCurrent(int64(s.Epoch))
		return
	}
	_, _ = fmt.Fprintf(p.w, "epoch %*d/%d  %s  |grad| %s\n", len(fmt.Sprint(p.total)), s.Epoch, p.total, text, short(e.GradientNorm))
}

// short writes a number with four decimals, or a large one with four digits.
func short(v float64) string {
	if v >= 1e4 {
		return fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// left says how long the other epochs take if they are as those so far.
func (p *progress) left(epoch int) string {
	each := time.Since(p.start) / time.Duration(max(1, epoch-p.done))
	return (each * time.Duration(p.total-epoch)).Round(time.Second).String() + " left"
}

func (p *progress) setStatus(text string) { p.status.Store(&text) }

// interrupt puts the cursor back where the bar expects it: the terminal has echoed ^C.
func (p *progress) interrupt() {
	if p.bar != nil {
		_, _ = io.WriteString(p.w, "\r")
	}
}

// end leaves the bar as it is and frees the terminal's line.
func (p *progress) end() {
	if p.bar != nil {
		p.setStatus(p.text)
		p.bar.Abort(false)
		p.bars.Wait()
	}
}
