package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// try locks one byte far beyond the end, so that reading and writing stay possible.
func try(f *os.File) (bool, error) {
	c, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var locked error
	err = c.Control(func(fd uintptr) {
		locked = windows.LockFileEx(windows.Handle(fd), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
	})
	switch {
	case err != nil:
		return false, err
	case errors.Is(locked, windows.ERROR_LOCK_VIOLATION), errors.Is(locked, windows.ERROR_IO_PENDING):
		return false, nil
	}
	return locked == nil, locked
}
