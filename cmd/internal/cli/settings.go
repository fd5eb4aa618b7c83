package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// environmentPrefix begins the names of environment variables that set flags.
const environmentPrefix = "QNN_"

// maxConfigBytes bounds what is read of a file of settings.
const maxConfigBytes = 1 << 20

// addFields declares a flag for each setting, with its present value as the default.
func addFields(f *pflag.FlagSet, fields []experiment.Field) {
	for _, field := range fields {
		switch p := field.Value.(type) {
		case *string:
			f.StringVar(p, field.Name, *p, field.Usage)
		case *[]string:
			f.StringSliceVar(p, field.Name, *p, field.Usage)
		case *int:
			f.IntVar(p, field.Name, *p, field.Usage)
		case *uint64:
			f.Uint64Var(p, field.Name, *p, field.Usage)
		case *float64:
			f.Float64Var(p, field.Name, *p, field.Usage)
		case *bool:
			f.BoolVar(p, field.Name, *p, field.Usage)
		default:
			panic("no flag for the setting " + field.Name)
		}
		if field.Group != "" {
			group(f, field.Group)
		}
	}
}

// settingFlags are flags for all settings of s, which are set to their defaults.
func settingFlags(s *experiment.Settings) *pflag.FlagSet {
	*s = experiment.DefaultSettings()
	f := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	f.SortFlags = false
	addFields(f, s.Fields())
	return f
}

// addPrecision declares the flag of the precision of commands that have no other settings.
func addPrecision(f *pflag.FlagSet, to *string) {
	f.StringVar(to, "precision", "double", experiment.PrecisionUsage())
}

// flagWord names a setting as a flag.
func flagWord(setting, value string) string {
	if value == "" {
		return "--" + setting
	}
	return "--" + setting + " " + value
}

// configure sets what the command line left open of s, whose flags f are: first from the
// environment, then from the configuration file, so that defaults < file < environment <
// flags.
func configure(f *pflag.FlagSet, s *experiment.Settings, file string, environ []string) error {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		rest, ok := strings.CutPrefix(name, environmentPrefix)
		if !ok {
			continue
		}
		flag := f.Lookup(strings.ReplaceAll(strings.ToLower(rest), "_", "-"))
		if flag == nil || flag.Changed { // QNN_ may begin other programs' variables
			continue
		}
		if err := setFlag(f, flag.Name, value); err != nil {
			return usage("environment variable %s: %w", name, err)
		}
	}
	if file == "" {
		return nil
	}
	text, err := experiment.ReadFile(file, maxConfigBytes)
	if isIO(err) {
		return advise(fmt.Errorf("--config: %w", err), "Check the path of the YAML file")
	}
	if err != nil {
		return err
	}
	set, err := s.Apply(text, file, f.Changed)
	for _, name := range set {
		f.Lookup(name).Changed = true
	}
	return err
}

// setFlag sets a flag; its error says what the value should be.
func setFlag(f *pflag.FlagSet, name, value string) error {
	err := f.Set(name, value)
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return invalidValue(invalid)
	}
	return err
}

// sameSettings refuses flags that differ from the own settings of the run in dir; what
// says how long to train may change.
func sameSettings(dir string, own, asked *experiment.Settings, flags *pflag.FlagSet) error {
	var differ []string
	wanted := *asked
	if err := wanted.Normalise(); err != nil {
		return err
	}
	for _, d := range own.Differences(&wanted) {
		if flags.Changed(d.Name) && d.Name != "epochs" && d.Name != "patience" {
			differ = append(differ, fmt.Sprintf("%s %s, asked for %s", d.Name, d.Before, flags.Lookup(d.Name).Value))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return badData("%s: checkpoint belongs to another configuration (%s). Start a new run with --out, or drop these flags", dir, strings.Join(differ, "; "))
}

// refuseIdleSettings refuses settings that have no effect beside the others.
func refuseIdleSettings(s *experiment.Settings, f *pflag.FlagSet) error {
	file := s.IsFile()
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
