package experiment

import (
	"testing"
	"testing/synctest"
	"time"
)

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
