package wording_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/internal/wording"
)

// TestText: errors name settings as their reader does, however they are wrapped.
func TestText(t *testing.T) {
	flag := func(setting, value string) string { return strings.TrimSuffix("--"+setting+" "+value, " ") }
	cause := errors.New("full")
	inner := wording.New("{features %d}: the data has %d. Use {reduce none}, not {loss}", 9, 4)
	for _, tt := range []struct {
		err          error
		file, onFlag string
	}{
		{inner, "features: 9: the data has 4. Use reduce: none, not loss", "--features 9: the data has 4. Use --reduce none, not --loss"},
		{fmt.Errorf("c: %w", inner), "c: features: 9: the data has 4. Use reduce: none, not loss", "c: --features 9: the data has 4. Use --reduce none, not --loss"},
		{wording.New("{data %s} and %w", "{seed}", inner), "data: {seed} and features: 9: the data has 4. Use reduce: none, not loss", "--data {seed} and --features 9: the data has 4. Use --reduce none, not --loss"},
		{wording.New("%w. Lower {batch}", cause), "full. Lower batch", "full. Lower --batch"},
		{errors.Join(wording.New("{a-b}"), wording.New("{a-b} {A}")), "a-b\na-b {A}", "--a-b\n--a-b {A}"},
	} {
		if tt.err.Error() != tt.file {
			t.Errorf("%q, want %q", tt.err, tt.file)
		}
		if got := wording.Text(tt.err, flag); got != tt.onFlag {
			t.Errorf("with flags %q, want %q", got, tt.onFlag)
		}
	}
	if err := wording.New("%w and %w", cause, inner); !errors.Is(err, cause) || !errors.Is(err, inner) {
		t.Error("what it wraps is not found")
	}
}
