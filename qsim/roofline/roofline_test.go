package roofline_test

import (
	"context"
	"errors"
	"testing"

	"github.com/qnn-go/qnn/qsim/roofline"
)

func TestMeasure(t *testing.T) {
	l, err := roofline.Measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Between a slow emulator and a machine of 10⁴ cores.
	if !(l.Bandwidth > 1e6 && l.Bandwidth < 1e15) || !(l.Arithmetic > 1e6 && l.Arithmetic < 1e17) {
		t.Errorf("%+v", l)
	}
	t.Logf("%.1f GB/s, %.1f GFlop/s", l.Bandwidth/1e9, l.Arithmetic/1e9)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := roofline.Measure(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
