//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

//go:noescape
func enterStage(s *Stage)

//go:noescape
func stepsAVX512(table *[ops]uintptr)

//go:noescape
func stepsAVX512Single(table *[ops]uintptr)

//go:noescape
func stepsAVX2(table *[ops]uintptr)

//go:noescape
func stepsAVX2Single(table *[ops]uintptr)

// machine returns the machine that goes with a set of vectors, or nil.
func machine(set string, single bool) *Machine {
	if !cpu.X86.HasBMI2 || !cpu.X86.HasPOPCNT {
		return nil
	}
	m := &Machine{Name: set, Single: single, ops: new([ops]uintptr), run: enterStage}
	switch set {
	case "avx512":
		m.Lanes, m.Rows = 2, 4
		if single {
			stepsAVX512Single(m.ops)
		} else {
			stepsAVX512(m.ops)
		}
	case "avx2":
		m.Lanes, m.Rows = 1, 3
		if single {
			stepsAVX2Single(m.ops)
		} else {
			stepsAVX2(m.ops)
		}
	}
	if single {
		m.Lanes++
	}
	return m
}
