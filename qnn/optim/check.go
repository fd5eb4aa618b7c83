package optim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxSteps bounds the step counter of a saved state: above 2^53 a counter is no
// longer exact as a float64.
const maxSteps = 1 << 53

func finite(x float64) bool { return x-x == 0 }

func badSetting(optimizer, setting string, x any, want string) error {
	return fmt.Errorf("%s: %s is %v: %w; it must be %s", optimizer, setting, x, ErrConfig, want)
}

// checkInput refuses what no optimizer can step from. known is the number of
// weights of the steps before, 0 on the first step.
func checkInput(optimizer string, known int, w []float64, loss float64, grad []float64) error {
	switch {
	case len(w) == 0:
		return fmt.Errorf("%s: no weights to train: %w", optimizer, ErrLength)
	case len(grad) != len(w):
		return fmt.Errorf("%s: %d weights and %d gradient entries: %w", optimizer, len(w), len(grad), ErrLength)
	case known != 0 && known != len(w):
		return fmt.Errorf("%s: %d weights, but %d in the steps before: %w", optimizer, len(w), known, ErrLength)
	case !finite(loss):
		return notFinite(optimizer, "loss", loss)
	}
	for i, g := range grad {
		if !finite(g) {
			return notFinite(optimizer, fmt.Sprintf("gradient of weight %d", i), g)
		}
	}
	for i, x := range w {
		if !finite(x) {
			return notFinite(optimizer, fmt.Sprintf("weight %d", i), x)
		}
	}
	return nil
}

func notFinite(optimizer, what string, x float64) error {
	return fmt.Errorf("%s: %s is %v: %w; check the data or lower the learning rate", optimizer, what, x, ErrNotFinite)
}

// header is the part that the states of all optimizers share.
type header struct {
	Name  string `json:"name"`
	Steps int64  `json:"steps"`
}

func (h header) check(optimizer string) error {
	if h.Name != optimizer {
		return fmt.Errorf("%s: state of optimizer %q: %w; read it with the optimizer that wrote it", optimizer, h.Name, ErrState)
	}
	if h.Steps < 0 || h.Steps > maxSteps {
		return fmt.Errorf("%s: steps is %d: %w", optimizer, h.Steps, ErrState)
	}
	return nil
}

// decodeState reads the one JSON object in data into state, a pointer to a
// struct that embeds a header. Fields that state does not have, nulls (which
// would pass for zeros) and anything after the object are refused.
func decodeState(optimizer string, data []byte, state interface{ check(optimizer string) error }) error {
	if bytes.Contains(data, []byte("null")) {
		return fmt.Errorf("%s: null in place of a value: %w", optimizer, ErrState)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(state); err != nil {
		return fmt.Errorf("%s: %w: %w", optimizer, ErrState, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: text after the state: %w", optimizer, ErrState)
	}
	return state.check(optimizer)
}

// checkVector refuses a saved vector whose length does not fit the number of
// steps taken: empty before the first step, otherwise n entries, at least one.
func checkVector(optimizer, field string, v []float64, steps int64, n int) error {
	if len(v) != n || (steps == 0) != (len(v) == 0) {
		return fmt.Errorf("%s: %s has %d entries after %d steps, want %d: %w", optimizer, field, len(v), steps, n, ErrState)
	}
	return nil
}
