// Package report tells people and programs what a training run came to: a
// Markdown report, the blocks of the terminal, JSON, and PNG pictures.
//
// A [Summary] holds the facts; [Markdown], [Text] and [JSON] write it.
// [LearningCurve], [Confusion], [Scatter] and [DecisionBoundary] draw.
//
// Equal input gives equal bytes: nothing here reads a clock, the environment or
// a random source. All functions may be called by several goroutines at once.
// Each writes to its writer in one call, after everything else has succeeded, so
// that an error of this package leaves the writer untouched.
package report

import (
	"github.com/qnn-go/qnn/internal/fault"
)

// ErrInput marks values that cannot be reported or drawn: none at all, lengths
// that do not agree, numbers that are not finite.
var ErrInput = fault.New(fault.Data, "cannot be reported")
