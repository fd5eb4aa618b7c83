package qpu

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/qnn-go/qnn/internal/parallel"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/internal/atomicfile"
)

// Files of an export, beside the programs in the directory circuits.
const (
	ManifestFile = "manifest.json"
	ResultsDir   = "results" // where the run scripts put what they measured
	ProgramsDir  = "circuits"
)

//go:embed run_ibm.py run_braket.py
var scripts embed.FS

// Compiled is a job's circuits as programs for a device.
type Compiled struct {
	Manifest *Manifest
	// TwoQubit and Depth are the most gates on two qubits and the largest depth of a circuit.
	TwoQubit, Depth int

	programs []program
}

// program is the text of one file.
type program struct {
	file, text      string
	twoQubit, depth int
}

// Compile rewrites the circuits of j for the target t and writes them as programs. A
// nil t leaves that to Amazon Braket: the programs hold gates that all its devices take
// on any qubits. All circuits start from the same qubits of the device.
//
// Errors wrap [ErrJob], or are those of [transpile.Run] and [qasm.Encode], or of ctx.
func Compile(ctx context.Context, j *Job, t *transpile.Target, o transpile.Options) (*Compiled, error) {
	m, err := j.plan()
	if err != nil {
		return nil, err
	}
	m.Target, m.Vendor, m.Dialect = qasm.Braket.String(), qasm.Braket.String(), qasm.Braket.String()
	if t != nil {
		m.Target, m.Vendor, m.Dialect = t.Name, t.Vendor, t.Dialect
	}
	c := &Compiled{Manifest: m}
	if j.Symbolic {
		err = c.compileSymbolic(ctx, j, t, o)
	} else {
		err = c.compileAll(ctx, j, t, o)
	}
	if err != nil {
		return nil, err
	}
	return c, c.sign()
}

// compileSymbolic makes one program for each basis.
func (c *Compiled) compileSymbolic(ctx context.Context, j *Job, t *transpile.Target, o transpile.Options) error {
	m, slots := c.Manifest, j.slots()
	if len(slots) == 0 {
		return fmt.Errorf("no angle differs between the circuits, so there is nothing symbolic: %w", ErrJob)
	}
	for i := range slots {
		m.Parameters = append(m.Parameters, fmt.Sprintf("theta_%0*d", max(3, len(fmt.Sprint(len(slots)-1))), i))
	}
	made := map[string]*Exported{} // by basis
	for i := range m.Circuits {
		e := &m.Circuits[i]
		first, ok := made[e.Basis]
		if !ok {
			if err := c.compileOne(ctx, i, j.symbolic(slots, e.Basis), t, &o); err != nil {
				return err
			}
			first, made[e.Basis] = e, e
		}
		e.File, e.Physical, e.Bits = first.File, first.Physical, first.Bits
		for _, s := range slots {
			e.Values = append(e.Values, j.angle(m, e, s.op, s.angle))
		}
	}
	return nil
}

// compileAll makes a program for each circuit, the first alone, whose qubits the others take.
func (c *Compiled) compileAll(ctx context.Context, j *Job, t *transpile.Target, o transpile.Options) error {
	m := c.Manifest
	c.programs = make([]program, len(m.Circuits))
	one := func(i int, o *transpile.Options) error {
		return c.compileOne(ctx, i, j.bound(m, &m.Circuits[i]), t, o)
	}
	if err := one(0, &o); err != nil {
		return err
	}
	return parallel.For(ctx, len(m.Circuits)-1, func(k int) error {
		own := o
		if err := one(k+1, &own); err != nil {
			return fmt.Errorf("circuit %04d: %w", k+1, err)
		}
		return nil
	})
}

// compileOne makes the program of circuit i, and sets the layout in o if it is open.
func (c *Compiled) compileOne(ctx context.Context, i int, logical *circuits.Circuit, t *transpile.Target, o *transpile.Options) error {
	e := &c.Manifest.Circuits[i]
	e.File = fmt.Sprintf("%s/%04d.qasm", ProgramsDir, i)
	e.Physical, e.Bits = make([]int, logical.Qubits), make([]int, logical.Qubits)
	placed, final, err := place(ctx, logical, t, o)
	if err != nil {
		return err
	}
	options := ProgramOptions(t)
	for q, p := range final {
		e.Physical[q], e.Bits[q] = p+options.First, q
	}
	var b strings.Builder
	if err := qasm.Encode(&b, placed, options); err != nil {
		return err
	}
	p := program{file: e.File, text: b.String(), depth: placed.Depth()}
	for _, op := range placed.Ops {
		if op.Gate.Unitary() && len(op.Qubits) == 2 {
			p.twoQubit++
		}
	}
	if len(c.programs) < len(c.Manifest.Circuits) {
		c.programs = append(c.programs, p)
	} else {
		c.programs[i] = p
	}
	return nil
}

// ProgramOptions is how programs for a target are written; nil is any device of Amazon
// Braket.
func ProgramOptions(t *transpile.Target) qasm.Options {
	switch {
	case t == nil:
		return qasm.Options{Dialect: qasm.Braket}
	case t.Dialect == qasm.Braket.String():
		return qasm.Options{Dialect: qasm.Braket, Verbatim: true, First: t.First}
	}
	o := qasm.Options{Dialect: qasm.IBM, First: t.First}
	for _, n := range t.Gates {
		if n.Gate.Unitary() {
			o.Native = append(o.Native, n.Gate)
		}
	}
	return o
}

// place rewrites a circuit for a target and returns where its qubits are at the end. The
// measurements, which are its last operations, stay the last: routing may not use a
// qubit again that was measured. It sets the layout in o if it is open.
func place(ctx context.Context, c *circuits.Circuit, t *transpile.Target, o *transpile.Options) (*circuits.Circuit, []int, error) {
	final := make([]int, c.Qubits)
	for q := range final {
		final[q] = q
	}
	if t == nil {
		return c, final, nil
	}
	unitary, measurements := *c, []circuits.Op(nil)
	unitary.Ops = nil
	for _, op := range c.Ops {
		if op.Gate == circuits.GateMeasure {
			measurements = append(measurements, op)
			continue
		}
		unitary.Ops = append(unitary.Ops, op)
	}
	r, err := transpile.Run(ctx, &unitary, t, *o)
	if err != nil {
		return nil, nil, err
	}
	if o.Layout == nil {
		o.Layout = r.Initial
	}
	for _, op := range measurements {
		r.Circuit.Measure(r.Final[op.Qubits[0]], op.Clbit)
	}
	return r.Circuit, r.Final, nil
}

// Place rewrites one circuit, whose measurements are its last operations, for the target
// t, nil for any device of Amazon Braket, and says how it is written as a program.
func Place(ctx context.Context, c *circuits.Circuit, t *transpile.Target, o transpile.Options) (*circuits.Circuit, qasm.Options, error) {
	placed, _, err := place(ctx, c, t, &o)
	return placed, ProgramOptions(t), err
}

// sign gives the export its ID, a hash of all that it says, and every program a line
// with its name.
func (c *Compiled) sign() error {
	text, err := json.Marshal(c.Manifest)
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, _ = hash.Write(text)
	for _, p := range c.programs {
		_, _ = io.WriteString(hash, p.text)
	}
	c.Manifest.ID = hex.EncodeToString(hash.Sum(nil)[:8])
	number := map[string]int{}
	for i, e := range c.Manifest.Circuits {
		if _, ok := number[e.File]; !ok {
			number[e.File] = i
		}
	}
	for i, p := range c.programs {
		head, rest, _ := strings.Cut(p.text, "\n")
		c.TwoQubit, c.Depth = max(c.TwoQubit, p.twoQubit), max(c.Depth, p.depth)
		c.programs[i].text = fmt.Sprintf("%s\n// qnn %s\n%s", head, c.Manifest.Name(number[p.file]), rest)
	}
	return c.Manifest.validate()
}

// Scripts are the names of all scripts that run programs.
func Scripts() []string { return []string{ibmScript, braketScript} }

const (
	ibmScript    = "run_ibm.py"
	braketScript = "run_braket.py"
)

// Script is the name of the script that runs the programs, such as run_ibm.py.
func (m *Manifest) Script() string {
	if m.Dialect == qasm.Braket.String() {
		return braketScript
	}
	return ibmScript
}

// Save writes the programs, the script that runs them and, when all this is on the disk, the
// manifest into dir, which must be there. It returns the error of ctx when that ends before all is written.
func (c *Compiled) Save(ctx context.Context, dir string) error {
	if err := os.Mkdir(filepath.Join(dir, ProgramsDir), 0o755); err != nil {
		return err
	}
	var names []string
	for _, p := range c.programs {
		if err := ctx.Err(); err != nil {
			return err
		}
		names = append(names, filepath.Base(p.file))
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(p.file)), []byte(p.text), 0o644); err != nil {
			return err
		}
	}
	script, err := scripts.ReadFile(c.Manifest.Script())
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, c.Manifest.Script()), script, 0o755); err != nil {
		return err
	}
	if err := atomicfile.Sync(filepath.Join(dir, ProgramsDir), names); err != nil {
		return err
	}
	if err := atomicfile.Sync(dir, []string{c.Manifest.Script()}); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, ManifestFile), c.Manifest.Write)
}

// Open reads the manifest of the export in dir.
func Open(dir string) (*Manifest, error) {
	name := filepath.Join(dir, ManifestFile)
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	return ReadManifest(f, name)
}
