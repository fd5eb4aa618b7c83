//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// try takes a lock of flock(2), which belongs to the open file.
func try(f *os.File) (bool, error) {
	c, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var locked error
	err = c.Control(func(fd uintptr) {
		for {
			locked = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB)
			if locked != syscall.EINTR { //nolint:errorlint // flock returns the number itself
				return
			}
		}
	})
	switch {
	case err != nil:
		return false, err
	case errors.Is(locked, syscall.EWOULDBLOCK):
		return false, nil
	case errors.Is(locked, syscall.ENOTSUP), errors.Is(locked, syscall.ENOSYS), errors.Is(locked, syscall.ENOLCK):
		return true, nil // some network file systems
	}
	return locked == nil, locked
}
