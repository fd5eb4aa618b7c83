package search

import "testing"

// TestTakeKeepsTheFirst: a trial that is as good as the best one does not replace it, and one
// that is better does.
func TestTakeKeepsTheFirst(t *testing.T) {
	s := &search{}
	for _, tt := range []struct {
		name string
		mean float64
		best string
	}{{PLS, -0.25, PLS}, {LDA, -0.25, PLS}, {Forest, 0.5, Forest}, {None, 0.5, Forest}, {LDA, 0.25, Forest}} {
		s.take(Trial{Choice: Choice{Reduce: tt.name}, Mean: tt.mean})
		if s.result.Best.Reduce != tt.best {
			t.Errorf("after %s with %v the best is %s, want %s", tt.name, tt.mean, s.result.Best.Reduce, tt.best)
		}
	}
	if len(s.result.Trials) != 5 {
		t.Errorf("%d trials are recorded, want 5", len(s.result.Trials))
	}
}
