package cli

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestStage: what takes longer than a moment is shown and taken away again, what does
// not is never shown.
func TestStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := &stage{w: &out}
		s.begin("reading %s", "a.csv")
		time.Sleep(moment / 2) // of the test's own clock
		s.begin("preparing")
		time.Sleep(2 * moment)
		synctest.Wait()
		if got := out.String(); got != "preparing …" {
			t.Errorf("shown: %q", got)
		}
		s.end()
		s.end()
		time.Sleep(2 * moment)
		if got := out.String(); got != "preparing …\r\x1b[K" {
			t.Errorf("at the end: %q", got)
		}
	})
	quiet := newStage(&bytes.Buffer{})
	quiet.begin("reading")
	if quiet.timer != nil {
		t.Error("shown on what is no terminal")
	}
	quiet.end()
}

// What takes long is done rarely: the next call waits for twenty times what the last took.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // with a clock of its own
		calls := 0
		slow := throttle{every: time.Second}
		body := func() error {
			calls++
			time.Sleep(3 * time.Second)
			return nil
		}
		for _, wait := range []time.Duration{0, 59 * time.Second, time.Second} {
			time.Sleep(wait)
			if err := slow.do(body); err != nil {
				t.Fatal(err)
			}
		}
		if calls != 2 {
			t.Errorf("%d calls, want one at once and one a minute after its end", calls)
		}
	})
}
