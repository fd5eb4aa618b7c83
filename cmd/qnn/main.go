// Command qnn trains quantum neural networks, applies them and exports them to
// quantum computers.
package main

import (
	"os"

	"github.com/qnn-go/qnn/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
