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
		s.begin("reading a.csv")
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
