//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package filelock

import "os"

// try claims every file: these systems have no locks that end with their process.
func try(*os.File) (bool, error) { return true, nil }
