package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestRefuseIdle: a flag without effect is refused where it is set to something else than
// its default, and a rule that does not apply refuses nothing.
func TestRefuseIdle(t *testing.T) {
	for _, tt := range []struct {
		args string
		when bool
		want string // "": no error
	}{
		{"--rate 0.5", true, "--rate 0.5 has no effect: it rests. Leave it out"},
		{"--rate 0.5", false, ""},
		{"--rate 0.1", true, ""}, // the default, written out
		{"--fast", true, "--fast has no effect: it rests. Leave it out"},
		{"--fast=false", true, ""},
		{"--other 3", true, ""},
		{"", true, ""},
	} {
		f := pflag.NewFlagSet("test", pflag.ContinueOnError)
		f.Float64("rate", 0.1, "")
		f.Bool("fast", false, "")
		f.Int("other", 1, "")
		if err := f.Parse(strings.Fields(tt.args)); err != nil {
			t.Fatal(err)
		}
		err := refuseIdle(f, idle{tt.when, "it rests. Leave it out", []string{"absent", "rate", "fast"}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want) {
			t.Errorf("%q, rule applies %v: error %v, want %q", tt.args, tt.when, err, tt.want)
		}
	}
}
