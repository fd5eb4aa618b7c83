package cli

import (
	_ "embed" // notices.txt
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/qnn-go/qnn/qnn/dataset"
)

// notices are the licences of what is linked into the binary, fonts included, as make gen
// collects them.
//
//go:embed notices.txt
var notices string

func newVersion(s Streams) *cobra.Command {
	var asJSON, licenses bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := oneOf(c.Flags(), "json", "licenses"); err != nil {
				return err
			}
			if licenses {
				_, err := io.WriteString(s.Out, dataset.Licenses()+"\n"+notices)
				return err
			}
			if asJSON {
				return writeJSON(s.Out, map[string]string{"qnn": version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
			}
			_, err := io.WriteString(s.Out, versionLine())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output")
	c.Flags().BoolVar(&licenses, "licenses", false, "print the licences of the embedded data sets, and of what the binary is built from")
	return c
}

// versionLine is what version and --version print.
func versionLine() string {
	return fmt.Sprintf("qnn %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is the module's version, or the revision that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return "devel-" + setting.Value[:min(12, len(setting.Value))]
		}
	}
	return "devel"
}

func newMan(s Streams) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "man",
		Short: "Write manual pages",
		Args:  exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			if err := doc.GenManTree(c.Root(), &doc.GenManHeader{Title: "QNN", Section: "1"}, dir); err != nil {
				return err
			}
			_, err := fmt.Fprintf(s.Out, "wrote the manual pages to %s; read one with man -l %s/qnn-train.1\n", dir, dir)
			return err
		},
	}
	c.Flags().StringVar(&dir, "out", "man", "directory to write to")
	return c
}
