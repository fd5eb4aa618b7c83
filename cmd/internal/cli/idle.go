package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/pflag"
)

// idle says of some flags that they have no effect in this call.
type idle struct {
	when   bool   // the rule applies
	reason string // why they have none, and what to do
	flags  []string
}

// refuseIdle refuses a flag that was set to something else than its default and has
// no effect by one of the rules: who sets it expects one.
func refuseIdle(f *pflag.FlagSet, rules ...idle) error {
	for _, r := range rules {
		if !r.when {
			continue
		}
		for _, name := range r.flags {
			if flag := f.Lookup(name); flag != nil && flag.Changed && flag.Value.String() != flag.DefValue {
				value := " " + flag.Value.String()
				if flag.NoOptDefVal != "" { // a switch
					value = ""
				}
				return usage("--%s%s has no effect: %s", name, value, r.reason)
			}
		}
	}
	return nil
}

// refuseIdle refuses settings that have no effect beside the others.
func (s *settings) refuseIdle(f *pflag.FlagSet) error {
	file := s.isFile()
	sgd := s.Optimizer + " has no momentum. Leave it out, or use --optimizer sgd"
	return refuseIdle(
		f,
		idle{!file, fmt.Sprintf("it is for CSV files, and %s is a data set with fixed columns. Leave it out", s.Data), []string{"label", "categorical", "ignore", "keep", "decimal", "dates", "max-levels", "task"}},
		idle{!file && s.TestData == "", fmt.Sprintf("it is for CSV files, and %s is a data set that comes along. Leave it out", s.Data), []string{"missing", "separator", "header"}},
		idle{file, "it is for synthetic data sets, and this one is a file. Leave it out", []string{"samples", "noise"}},
		idle{s.Optimizer == "lbfgs", "lbfgs finds the lengths of its steps itself. Leave it out, or use --optimizer adam", []string{"lr"}},
		idle{slices.Contains([]string{"adam", "lbfgs"}, s.Optimizer), sgd, []string{"momentum", "nesterov"}},
		idle{s.Validation == 0, "--validation 0 leaves no validation loss to watch. Leave it out, or hold samples back", []string{"patience"}},
	)
}
