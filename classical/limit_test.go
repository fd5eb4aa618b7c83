package classical

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestRowLimits(t *testing.T) {
	for _, tt := range []struct {
		model                Estimator
		three, thirty, broad int // rows of 3, 30 and 3000 columns
	}{
		{&SVM{}, 5000, 3333, 2000},
		{&MLP{}, 8000, 3333, 2000},
		{&KNN{}, 10_000, 3333, 2000},
		{&Forest{}, 10_000, 10_000, 10_000},
		{&Forest{Regression: true}, 5000, 2000, 2000},
		{&Logistic{}, 20_000_000 / 3, 20_000_000 / 30, 6666},
		{&Linear{}, 111_111_111, 1_111_111, 2000},
	} {
		for columns, want := range map[int]int{3: tt.three, 30: tt.thirty, 3000: tt.broad} {
			if got := tt.model.RowLimit(columns); got != want {
				t.Errorf("%s on %d columns: %d rows, want %d", tt.model.Name(), columns, got, want)
			}
		}
		if tt.model.RowLimit(0) < leastRows {
			t.Errorf("%s without columns: %d", tt.model.Name(), tt.model.RowLimit(0))
		}
	}
}

// A calculation that does not end holds up nobody whose context has ended.
func TestInterruptible(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	forever := make(chan struct{})
	defer close(forever)
	started := make(chan struct{})
	go func() {
		<-started
		cancel()
	}()
	err := interruptible(ctx, func() {
		close(started)
		<-forever
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Canceled", err)
	}
	done := false
	if err := interruptible(t.Context(), func() { done = true }); err != nil || !done {
		t.Errorf("%v, done %v", err, done)
	}
}

// countdown is a context that ends at the n-th look at it.
type countdown struct {
	context.Context

	left atomic.Int64
}

// lookedAt returns a context that ends after n looks.
func lookedAt(t *testing.T, n int64) context.Context {
	t.Helper()
	c := &countdown{Context: t.Context()}
	c.left.Store(n)
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// Every fit looks at its context while it works, not only at its start: of a fit that
// is let pass three looks, none is finished.
func TestFitsLookAtTheContext(t *testing.T) {
	x, y := make([][]float64, 300), make([]float64, 300)
	for i := range x {
		a, b := float64(i*7919%300)/150-1, float64(i*104729%300)/150-1
		x[i] = []float64{a, b, a * b}
		if a*b+0.3*float64(i*31%7-3) > 0 {
			y[i] = 1
		}
	}
	for _, m := range []Estimator{&Logistic{}, &SVM{}, &SVM{Kernel: LinearKernel, Tolerance: 1e-12}, &MLP{}, &Forest{Trees: 3}, &MLP{Regression: true}, &Forest{Trees: 3, Regression: true}} {
		if err := m.Fit(lookedAt(t, 3), x, y); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v after three looks at the context, want Canceled", m.Name(), err)
		}
	}
	for _, m := range append(Baselines(false, 0), Baselines(true, 0)...) {
		if p, ok := m.(*MLP); ok {
			p.Epochs = 1
		}
		if err := m.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Predict(lookedAt(t, 0), x); !errors.Is(err, context.Canceled) {
			t.Errorf("%s predicts: %v, want Canceled", m.Name(), err)
		}
	}
}
