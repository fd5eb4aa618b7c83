package qasm

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// DecodeOptions says how [Decode] reads. The zero value reads as Qiskit and
// Amazon Braket do.
type DecodeOptions struct {
	// SpecificationPhase gives U, u2 and u3 of OpenQASM 3 the phases of its
	// specification, e^{iθ/2}·U(θ,φ,λ) and e^{−i(φ+λ)/2}·U(θ,φ,λ) for the gate
	// [circuits.GateU], which Qiskit and Braket mean by all three. The phase shows
	// when such a gate is controlled.
	SpecificationPhase bool
	// MaxOperations bounds the work of expanding gates and loops, in operations
	// or about 16 bytes of text read again; 0 means 10⁷.
	MaxOperations int
	// Strict refuses what tools write and no specification has: gates that nothing
	// defines, and the include hqslib1.inc. Otherwise they are read with a [Remark].
	Strict bool
	// Include is where files are looked for that an include statement names; nil: none
	// is read. A name that is no valid path within it, by [fs.ValidPath], is refused.
	Include fs.FS
	// Values are those of inputs of type int, uint, bool and bit by name, as literals: 5,
	// -3, 0x1F, true, 0110. Loops, indices and conditions may depend on them, so that they
	// are part of the program that is read.
	Values map[string]string
}

// Remark is something about a program that its author should know.
type Remark struct {
	File         string // the included file; "": the program itself
	Line, Column int    // from 1, the column in characters
	Text         string
}

// Decoded is a program as a circuit.
type Decoded struct {
	Circuit *circuits.Circuit
	Version int        // 2 or 3
	Inputs  []string   // Inputs[i] is the name of the input that is weight i
	Settled []string   // the names of the inputs that took their values from DecodeOptions.Values
	Qubits  []Register // in the order of declaration
	Clbits  []Register
	Remarks []Remark // in the order of the text
}

// Register is a named range of the qubits or classical bits of a circuit.
type Register struct {
	Name        string
	First, Size int
}

// Decode reads a program of OpenQASM 2 or 3, the latter where the text names no
// version. Registers are laid out one after the other in the order of their
// declaration, the first bit of each being its least significant, as in Qiskit;
// qubit $k is qubit k. Gate definitions are expanded where they are called, loops
// are unrolled, and modifiers become gates of the table. The scalar inputs of
// type float and angle become weights in the order of their declaration; those of the
// other types are constants ([DecodeOptions.Values]).
//
// Nothing is read but r and what [DecodeOptions.Include] has. A text may have up to 256 MiB, 10⁶ qubits and bits, 256
// levels of nesting and [DecodeOptions.MaxOperations] of work. The error of a text
// is a [*ParseError] that wraps [ErrUnsupported], [ErrLimit], [ErrRedefined] or one
// of the causes of package circuits: ErrSyntax, ErrUnknown, ErrRange, ErrDuplicate,
// ErrArity, ErrNotFinite, ErrNoInverse. Other errors are those of r and [ErrLimit]
// for a text that is too long.
func Decode(r io.Reader, o DecodeOptions) (*Decoded, error) {
	src, err := read(r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read OpenQASM: %w", err)
	case len(src) > maxSource:
		return nil, fmt.Errorf("OpenQASM text of more than %d bytes: %w", maxSource, ErrLimit)
	}
	most := cmp.Or(o.MaxOperations, maxOperations)
	ops := make([]circuits.Op, 0, min(bytes.Count(src, []byte{';'}), 1<<20))
	l := newLowering(syntax.NewReader(src), o, most, ops)
	l.program()
	if l.err != nil {
		return nil, l.err
	}
	l.renumber()
	result := *l.result // by itself, so that the text is not kept
	return &result, nil
}

// read returns all of r, or the beginning where that is more than maxSource bytes, into
// memory of the right size where r knows its own.
func read(r io.Reader) ([]byte, error) {
	var buf bytes.Buffer
	size := int64(0)
	switch s := r.(type) {
	case interface{ Len() int }:
		size = int64(s.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := s.Stat(); err == nil {
			size = info.Size()
		}
	}
	buf.Grow(int(min(max(size, 0), maxSource)) + bytes.MinRead)
	_, err := buf.ReadFrom(io.LimitReader(r, maxSource+1))
	return buf.Bytes(), err
}
