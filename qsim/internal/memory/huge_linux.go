package memory

import "syscall"

// adviseHuge asks for huge pages behind b, which starts and ends at borders of such pages.
func adviseHuge(b []byte) {
	// An error says that the kernel has no huge pages: small ones do as well, only slower.
	_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE)
}
