package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// flagValues are what the shell offers for flags, by name in all commands.
func flagValues() map[string][]string {
	return map[string][]string{
		"ansatz":       ansatz.Ansaetze(),
		"backend":      {"native", "q"},
		"encoding":     ansatz.Encodings(),
		"entanglement": ansatz.Entanglements(),
		"gradient":     qsim.MethodNames(),
		"loss":         qnn.Losses(),
		"missing":      experiment.MissingNames(),
		"optimizer":    optim.Names(),
		"precision":    qsim.PrecisionNames(),
		"target":       append(transpile.Targets(), braketTarget),
		"task":         {string(dataset.TaskAuto), string(dataset.TaskClassification), string(dataset.TaskRegression)},
	}
}

// addCompletions lets the shell offer values of flags and arguments.
func addCompletions(root *cobra.Command) {
	values := flagValues()
	for _, c := range root.Commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			offered := cobra.FixedCompletions(values[f.Name], cobra.ShellCompDirectiveNoFileComp)
			switch {
			case f.Name == "data" && c.Name() == "train":
				offered = cobra.FixedCompletions(dataNames(), cobra.ShellCompDirectiveDefault)
			case f.Name == "resume":
				offered = completeRuns
			case f.Name == "format" && c.Name() == "export":
				offered = cobra.FixedCompletions(dialects(), cobra.ShellCompDirectiveNoFileComp)
			case f.Name == "format" && c.Name() == "draw":
				offered = cobra.FixedCompletions([]string{"text", "svg"}, cobra.ShellCompDirectiveNoFileComp)
			case values[f.Name] == nil || f.Value.Type() == "bool":
				return
			}
			if err := c.RegisterFlagCompletionFunc(f.Name, offered); err != nil {
				panic(err) // the flag is there
			}
		})
		switch c.Name() {
		case "predict", "evaluate", "compare", "export", "draw":
			c.ValidArgsFunction = completeRuns
		case "data":
			c.ValidArgsFunction = cobra.FixedCompletions(dataNames(), cobra.ShellCompDirectiveNoFileComp)
		}
	}
}

func dataNames() []string {
	var names []string
	for _, d := range dataset.Catalogue() {
		names = append(names, d.Name)
	}
	return names
}

// completeRuns offers the runs in the default folder that begin with what is typed,
// beside files and folders.
func completeRuns(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	entries, err := os.ReadDir(experiment.RunsDir)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var runs []string
	for _, e := range entries {
		dir := filepath.Join(experiment.RunsDir, e.Name())
		if _, err := os.Stat(filepath.Join(dir, experiment.ConfigFile)); err == nil && strings.HasPrefix(dir, typed) {
			runs = append(runs, dir)
		}
	}
	slices.Sort(runs)
	return runs, cobra.ShellCompDirectiveDefault
}
