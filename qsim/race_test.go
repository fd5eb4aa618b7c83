//go:build race

package qsim_test

const raceEnabled = true
