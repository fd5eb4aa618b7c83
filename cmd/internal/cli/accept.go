package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn/experiment"
)

func newAccept(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "accept PATH",
		Short: "Accept files of a run or an export that were edited by hand",
		Long: `Models, settings of runs, steps and manifests carry a checksum of their content, and
are refused when it differs: a digit that is damaged looks like any other. After an edit on
purpose this command checks all else in the files of a run directory, of an export or in
one model file, and gives them new checksums.`,
		Example: "  qnn accept runs/iris-0001",
		Args:    exactArgs("PATH"),
		RunE: func(c *cobra.Command, args []string) error {
			return runAccept(c.Context(), s, args[0])
		},
	}
}

func runAccept(ctx context.Context, s Streams, path string) error {
	defer interruptionOf(ctx).hold()()
	if err := experiment.Accept(path); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.Out, "accepted  %s\n", path)
	return err
}
