package cli

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAwait: a command that does not return is ended after the grace period, one that is
// saving after that, and one that returns says its own last word.
func TestAwait(t *testing.T) {
	tests := []struct {
		name    string
		command func(i *interruption, ended chan<- int)
		code    int
		after   time.Duration
		said    string
	}{
		{"deaf", func(*interruption, chan<- int) {}, exitInterrupted, grace, "qnn: interrupted\n"},
		{"in order", func(i *interruption, ended chan<- int) {
			time.Sleep(grace / 2)
			i.say("saved")
			ended <- exitInterrupted
		}, exitInterrupted, grace / 2, "saved\n"},
		{"about to succeed", func(_ *interruption, ended chan<- int) { ended <- 0 }, 0, 0, ""},
		{"saving", func(i *interruption, _ chan<- int) {
			release, inner := i.hold(), i.hold()
			inner()
			time.Sleep(5 * grace)
			i.leave("saved")
			release()
		}, exitInterrupted, 5 * grace, "saved\n"},
		{"saving, then returning", func(i *interruption, ended chan<- int) {
			defer i.hold()()
			time.Sleep(5 * grace)
			i.say("saved")
			ended <- exitInterrupted
		}, exitInterrupted, 5 * grace, "saved\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var errs bytes.Buffer
				i := &interruption{streams: Streams{Err: &errs}}
				ended := make(chan int, 1)
				start := time.Now()
				go tt.command(i, ended)
				synctest.Wait() // until the command is at work
				if code := i.await(ended, grace, func() {}); code != tt.code {
					t.Errorf("exit code %d, want %d", code, tt.code)
				}
				if after := time.Since(start); after != tt.after {
					t.Errorf("ended after %v, want %v", after, tt.after)
				}
				if errs.String() != tt.said {
					t.Errorf("said %q, want %q", errs.String(), tt.said)
				}
			})
		})
	}
}

// TestSayOnce: the first word is the last.
func TestSayOnce(t *testing.T) {
	var errs strings.Builder
	i := &interruption{streams: Streams{Err: &errs}}
	i.leave("left")
	i.say("first")
	i.say("second")
	i.say("")
	if errs.String() != "first\n" {
		t.Errorf("said %q", errs.String())
	}
}
