package experiment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/report"
)

// Files of an export beside those of package qpu.
const (
	ExportsDir = "qpu" // where exports are by default
	modelDir   = "run" // copy of what is needed of the run
	costFile   = "cost.json"
	pricesFile = "prices.json"
	ReadmeFile = "README.txt"
)

// ExportOptions say what of a trained model goes to a device.
type ExportOptions struct {
	Run      string            // run directory or model file
	Dir      string            // to make; "": ExportsDir/RUN-TARGET-0001 with the next free number
	Target   *transpile.Target // nil leaves the choice of qubits and gates to Amazon Braket
	Search   transpile.Options
	Shots    int
	Symbolic bool // one program with inputs instead of one a sample

	Data    *Samples // the table that the samples are of; nil: the run's test part
	Samples string   // "test" for all, or numbers and ranges such as 0-9,12

	Gradient bool // circuits of the parameter-shift rules for one batch of the training part
	Batch    int  // its samples

	Prices   string // file of prices; "": the table that comes along
	Observer Observer
}

// Export is a job for a device, compiled but not yet written.
type Export struct {
	Run       string     `json:"run"`
	Target    string     `json:"target"`
	Samples   []int      `json:"samples"` // rows
	Circuits  int        `json:"circuits"`
	Shots     int        `json:"shots"`
	TwoQubit  int        `json:"two_qubit_gates"` // at most, in a circuit
	Depth     int        `json:"depth"`
	Costs     []qpu.Cost `json:"costs"`     // of each device that it may run on
	Directory string     `json:"directory"` // set by Save

	Manifest *qpu.Manifest `json:"-"`

	options  ExportOptions
	compiled *qpu.Compiled
	prices   []byte
}

// NewExport compiles the circuits of a trained model for a device, and estimates what
// they cost. It writes nothing.
func NewExport(ctx context.Context, o ExportOptions) (*Export, error) {
	if !isFree(o.Dir, exportFiles()) {
		return nil, notEmpty(o.Dir)
	}
	prices, table, err := o.prices()
	if err != nil {
		return nil, err
	}
	job, err := o.job(ctx)
	if err != nil {
		return nil, err
	}
	c, err := qpu.Compile(ctx, job, o.Target, o.Search)
	if err != nil {
		return nil, err
	}
	e := &Export{
		Run: o.Run, Target: c.Manifest.Target, Circuits: len(c.Manifest.Circuits), Shots: o.Shots,
		TwoQubit: c.TwoQubit, Depth: c.Depth, Manifest: c.Manifest, options: o, compiled: c, prices: table,
	}
	for _, s := range job.Samples {
		e.Samples = append(e.Samples, s.Row)
	}
	e.Costs = prices.Estimate(c.Manifest)
	return e, nil
}

// Save writes the directory of the export: programs, script, manifest, the model, prices
// and what it costs. Where it fails, nothing is left.
func (e *Export) Save(ctx context.Context) error {
	name := strings.TrimSuffix(filepath.Base(filepath.Clean(e.Run)), ".json") + "-" + e.Target
	place, err := takeDirectory(e.options.Dir, ExportsDir, name, exportFiles())
	if err != nil {
		return err
	}
	defer place.release()
	e.Directory = place.path
	if err := e.write(ctx, place.path); err != nil {
		place.abandon(append(exportFiles(), qpu.ManifestFile)...)
		return err
	}
	return nil
}

// exportFiles are what an export writes before its manifest.
func exportFiles() []string {
	return append([]string{pricesFile, ReadmeFile, costFile, modelDir, qpu.ProgramsDir}, qpu.Scripts()...)
}

// prices reads the table of prices.
func (o *ExportOptions) prices() (*qpu.Prices, []byte, error) {
	text, name := qpu.DefaultPrices(), "prices"
	if o.Prices != "" {
		var err error
		if text, err = ReadFile(o.Prices, maxPricesBytes); err != nil {
			return nil, nil, &FileError{Path: o.Prices, Err: err, Remedy: "Check the file of prices"}
		}
		name = o.Prices
	}
	p, err := qpu.ReadPrices(bytes.NewReader(text), name)
	return p, text, err
}

// job chooses the samples.
func (o *ExportOptions) job(ctx context.Context) (*qpu.Job, error) {
	job := &qpu.Job{Shots: o.Shots, Symbolic: o.Symbolic, Gradient: o.Gradient, Run: o.Run}
	var m *qnn.Model
	var rows [][]float64
	var labels []float64
	var chosen []int
	var err error
	if o.Gradient {
		m, rows, labels, chosen, job.Step, err = o.batch(ctx)
	} else if m, rows, labels, err = LoadSamples(ctx, o.Run, o.Data, o.Observer); err == nil {
		chosen, err = chooseSamples(o.Samples, len(rows))
	}
	if err != nil {
		return nil, err
	}
	x, err := m.Features(rows)
	if err != nil {
		return nil, err
	}
	for _, i := range chosen {
		s := qpu.Sample{Row: i, Features: x[i]}
		if labels != nil {
			s.Label = &labels[i]
		}
		job.Samples = append(job.Samples, s)
	}
	job.Circuit, job.Observables, job.Weights = m.Circuit, m.Observables, m.Parameters[:m.Weights()]
	text, err := modelText(o.Run)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	job.Model = hex.EncodeToString(sum[:])
	return job, nil
}

// LoadSamples reads the model of a run and rows of columns for it: those of a table, or of
// the run's test part where data is nil. Labels are nil where they are not known.
func LoadSamples(ctx context.Context, run string, data *Samples, o Observer) (m *qnn.Model, rows [][]float64, labels []float64, err error) {
	if data == nil {
		r, err := OpenTest(ctx, run, o)
		if err != nil {
			return nil, nil, nil, err
		}
		return r.Model, r.Test.X, r.Test.Y, nil
	}
	if m, err = ReadModel(run); err != nil {
		return nil, nil, nil, err
	}
	d, err := data.Read(ctx, m)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, text := range Remarks(m.Pipeline, d) {
		o.remark(text)
	}
	return m, d.X, d.Y, nil
}

// batch chooses the samples of the training part that the next optimiser step is for: as
// in training, every epoch has an order of its own, and steps take them in turn.
func (o *ExportOptions) batch(ctx context.Context) (m *qnn.Model, rows [][]float64, labels []float64, chosen []int, step int, err error) {
	fail := func(err error) (*qnn.Model, [][]float64, []float64, []int, int, error) {
		return nil, nil, nil, nil, 0, err
	}
	r, err := OpenStored(ctx, o.Run, o.Observer)
	if err != nil {
		return fail(err)
	}
	t, err := r.Settings.stepTrainer()
	if err != nil {
		return fail(err)
	}
	if step, err = stepsOf(o.Run); err != nil {
		return fail(err)
	}
	n := r.Train.Len()
	if o.Batch < 1 || o.Batch > n {
		return fail(refuse("{batch %d}: must be 1 to %d, the samples of the training part", o.Batch, n))
	}
	t.BatchSize = o.Batch
	chosen, err = t.Batch(n, step)
	return r.Model, r.Train.X, r.Train.Y, chosen, step, err
}

// chooseSamples reads test, or numbers and ranges such as 0-9,12.
func chooseSamples(text string, n int) ([]int, error) {
	if text == "test" || text == "all" {
		return counting(0, n-1), nil
	}
	var out []int
	for part := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, err1 := strconv.Atoi(low)
		last, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil || first > last {
			return nil, refuse("{samples %q}: write test, or numbers and ranges such as 0-9,12", text)
		}
		if last >= n {
			return nil, refuse("{samples %s}: there are %d samples, counted from 0", text, n)
		}
		out = append(out, counting(first, last)...)
	}
	if sorted := slices.Sorted(slices.Values(out)); len(slices.Compact(sorted)) != len(out) {
		return nil, refuse("{samples %s}: a sample is named twice", text)
	}
	return out, nil
}

func counting(first, last int) []int {
	var out []int
	for i := first; i <= last; i++ {
		out = append(out, i)
	}
	return out
}

// CostLines says what an export costs.
func (e *Export) CostLines() []string {
	if len(e.Costs) == 0 {
		return []string{fmt.Sprintf("no price of %s is known; give a file of prices", e.Target)}
	}
	var lines []string
	for _, c := range e.Costs {
		p := c.Price
		how := fmt.Sprintf("%d tasks at %g, %d shots at %g", c.Tasks, p.PerTask, c.Shots, p.PerShot)
		if p.PerSecond > 0 {
			how = fmt.Sprintf("about %.0f s of the device at %g a second", c.Seconds, p.PerSecond)
		}
		lines = append(lines, fmt.Sprintf("%s about %.2f %s: %s (%s)", p.Target, c.Cost, p.Currency, how, p.Date))
	}
	return append(lines, "source: "+e.Costs[0].Price.Source, "Prices change: look before you run.")
}

// NextLines are the commands that run the export and read its results.
func (e *Export) NextLines() []string {
	dir, m := e.Directory, e.Manifest
	script := report.ShellWord(filepath.Join(dir, m.Script()))
	results := "qnn results " + report.ShellWord(dir)
	if m.Gradient != nil {
		results += " --step"
	}
	if strings.Contains(m.Script(), "braket") {
		return []string{
			"python " + script + " --device local   # a simulator, here and for free",
			"python " + script + " --device ARN     # your account", results,
		}
	}
	fake := " --backend fake   # a simulator with noise, here and for free"
	if m.Vendor != "ibm" || strings.HasSuffix(m.Target, "-fractional") { // no such fake
		fake = " --backend aer    # a simulator, here and for free"
	}
	return []string{
		"python " + script + fake,
		"python " + script + " --backend NAME   # a device of your account", results,
	}
}

// write writes the directory; the manifest comes last.
func (e *Export) write(ctx context.Context, dir string) error {
	files := []content{{pricesFile, text(e.prices)}, {ReadmeFile, e.writeReadme}}
	if len(e.Costs) > 0 {
		files = append(files, content{costFile, func(w io.Writer) error { return writeJSON(w, e.Costs) }})
	}
	if err := writeAll(dir, files); err != nil {
		return err
	}
	if err := copyRun(e.Run, filepath.Join(dir, modelDir)); err != nil {
		return err
	}
	return e.compiled.Save(ctx, dir)
}

// copyRun copies what qnn results needs of the run, so that the directory can be taken
// elsewhere and the run may go.
func copyRun(run, to string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	model, err := modelText(run)
	if err != nil {
		return err
	}
	files := []content{{ModelFile, text(model)}}
	for _, name := range []string{ConfigFile, EnvironmentFile, StepFile} {
		data, err := ReadFile(filepath.Join(run, name), maxStepBytes)
		if errors.Is(err, fs.ErrNotExist) || isNotDirectory(run) {
			continue
		}
		if err != nil {
			return err
		}
		files = append(files, content{name, text(data)})
	}
	return writeAll(to, files)
}

func isNotDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// writeReadme says what is in the directory and what to do with it.
func (e *Export) writeReadme(w io.Writer) error {
	m := e.Manifest
	_, err := fmt.Fprintf(w, `Circuits of a quantum neural network, for %s
%d circuits of %d shots each: %d samples of %s

  circuits/      the programs (OpenQASM 3), one file a circuit
  manifest.json  which circuit belongs to which sample, where its qubits and bits are
  %-13s  runs the programs; read its first lines
  run/           the model
  prices.json    what devices cost; edit a copy and export again with --prices
  results/       made by the script: the counts

Cost
  %s

Run
  %s
`, report.Printable(m.Target), e.Circuits, e.Shots, len(m.Samples), report.Printable(m.Run), m.Script(),
		strings.Join(e.CostLines(), "\n  "), strings.Join(e.NextLines(), "\n  "))
	return err
}
