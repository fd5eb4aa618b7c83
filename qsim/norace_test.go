//go:build !race

package qsim_test

const raceEnabled = false
