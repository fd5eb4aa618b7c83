package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/qnn-go/qnn/internal/atomicfile"
)

// grace is how long a command may take to end by itself after a signal. Most watch their
// context and end at once; one that waits for a terminal or a named pipe, or is inside a
// computation that watches nothing, is ended with the process.
const grace = 500 * time.Millisecond

// Main runs the command line and returns the process's exit code. An interrupt or
// SIGTERM ends the running command in order, or after a grace period with the process; a
// second one ends the process at once. A reader of the output that ends early is an error
// of writing, not the end of the process: a run must still be saved.
func Main(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGPIPE)
	context.AfterFunc(ctx, stop)
	i := &interruption{streams: s}
	ended := make(chan int, 1)
	go func() { ended <- run(context.WithValue(ctx, interruptionKey{}, i), args, s) }()
	select {
	case code := <-ended:
		return code
	case <-ctx.Done():
		return i.await(ended, grace, atomicfile.Abandon)
	}
}

// interruption is what a command says about being ended from outside.
type interruption struct {
	streams Streams

	mu     sync.Mutex
	saving int           // how much is at work that must be finished first
	saved  chan struct{} // closed when nothing is, nil while nobody waits for that
	last   string        // what is said when the command is ended
	said   bool
}

type interruptionKey struct{}

// interruptionOf is the interruption of a command's context, which [run] sees to; nil in
// any other.
func interruptionOf(ctx context.Context) *interruption {
	i, _ := ctx.Value(interruptionKey{}).(*interruption)
	return i
}

// await waits for the command's exit code, or after the grace period for the end of what
// must be finished, and then abandons the command and what it has not finished.
func (i *interruption) await(ended <-chan int, grace time.Duration, abandon func()) int {
	select {
	case code := <-ended:
		return code
	case <-time.After(grace):
	}
	i.mu.Lock()
	saved := make(chan struct{})
	if i.saved = saved; i.saving == 0 {
		close(saved)
	}
	i.mu.Unlock()
	select {
	case code := <-ended:
		return code
	case <-saved:
	}
	abandon()
	i.say("")
	return exitInterrupted
}

// hold keeps an ending process alive until release is called, so that what was begun is
// saved. In a process that is past waiting it does not return.
func (i *interruption) hold() (release func()) {
	i.mu.Lock()
	if i.saved != nil && i.saving == 0 {
		i.mu.Unlock()
		select {}
	}
	i.saving++
	i.mu.Unlock()
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.saving--; i.saving == 0 && i.saved != nil {
			close(i.saved)
		}
	}
}

// leave sets what is said if the command is ended from now on.
func (i *interruption) leave(last string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last = last
}

// say prints once that the command was interrupted: text, or what was left for this case.
func (i *interruption) say(text string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.said {
		return
	}
	i.said = true
	if text == "" {
		text = i.last
	}
	if text == "" {
		text = "qnn: interrupted"
	}
	_, _ = fmt.Fprintln(i.streams.Err, text)
}
