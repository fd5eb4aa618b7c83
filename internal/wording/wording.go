// Package wording has errors that name settings, and are written as their readers know
// these: as in a file of settings, or as flags.
package wording

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"
)

// Style is how a setting, and its value where there is one, is named in a sentence.
type Style func(setting, value string) string

// InFile names a setting as a file of settings has it: "loss: mse".
func InFile(setting, value string) string {
	if value == "" {
		return setting
	}
	return setting + ": " + value
}

// Sentence is an error whose text names settings between braces, such as {loss mse}. Its
// Error has them as [InFile] does; [Text] as anybody else.
type Sentence struct {
	format string
	args   []any
	err    error // in the style InFile
}

// New is [fmt.Errorf] with settings between braces in the format, never in the arguments.
func New(format string, args ...any) *Sentence {
	return &Sentence{format, args, fmt.Errorf(named(format, InFile), args...)}
}

func (s *Sentence) Error() string { return s.err.Error() }

// Unwrap returns what the arguments of %w are.
func (s *Sentence) Unwrap() []error {
	switch e := s.err.(type) { //nolint:errorlint // what fmt.Errorf has made of one or several %w
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

func (s *Sentence) in(style Style) string {
	return fmt.Errorf(named(s.format, style), s.args...).Error()
}

// mention is a setting in the format of a sentence.
var mention = regexp.MustCompile(`\{([a-z-]+)(?: ([^{}]*))?\}`) //nolint:gochecknoglobals // compiled once

func named(format string, style Style) string {
	return mention.ReplaceAllStringFunc(format, func(m string) string {
		part := mention.FindStringSubmatch(m)
		return style(part[1], part[2])
	})
}

// Text is the text of an error with the settings that its sentences name in a style.
func Text(err error, style Style) string {
	text := err.Error()
	fault.Walk(err, func(err error) {
		if s, ok := err.(*Sentence); ok { //nolint:errorlint // Walk visits what is wrapped
			text = strings.Replace(text, s.Error(), s.in(style), 1)
		}
	})
	return text
}
