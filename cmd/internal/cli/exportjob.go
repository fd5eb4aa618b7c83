package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qnn/report"
)

// Files of an export beside those of package qpu.
const (
	exportsDir = "qpu" // where exports are by default
	modelDir   = "run" // copy of what is needed of the run
	costFile   = "cost.json"
	pricesFile = "prices.json"
	readmeFile = "README.txt"
)

// braketTarget leaves the choice of qubits and gates to Amazon Braket.
const braketTarget = "braket"

// findTarget finds a device by its name or file; it is nil for braket.
func findTarget(name string) (*transpile.Target, error) {
	if name == braketTarget {
		return nil, nil
	}
	return readTarget(name)
}

// deviceExport is the object of export --target --json.
type deviceExport struct {
	Run       string     `json:"run"`
	Target    string     `json:"target"`
	Samples   []int      `json:"samples"` // rows
	Circuits  int        `json:"circuits"`
	Shots     int        `json:"shots"`
	TwoQubit  int        `json:"two_qubit_gates"` // at most, in a circuit
	Depth     int        `json:"depth"`
	Costs     []qpu.Cost `json:"costs"` // of each device that it may run on
	Directory string     `json:"directory"`
}

// exportJob makes a directory for a run on a device.
func (o *exportOptions) exportJob(ctx context.Context) error {
	if !isFree(o.Out, exportFiles()) {
		return notEmpty(o.Out)
	}
	t, err := findTarget(o.Target)
	if err != nil {
		return err
	}
	prices, table, err := o.prices()
	if err != nil {
		return err
	}
	job, err := o.job(ctx)
	if err != nil {
		return err
	}
	c, err := qpu.Compile(ctx, job, t, o.Search)
	if err != nil {
		return searchError(err, o.Search)
	}
	done := deviceExport{
		Run: o.Run, Target: c.Manifest.Target, Circuits: len(c.Manifest.Circuits), Shots: o.Shots,
		TwoQubit: c.TwoQubit, Depth: c.Depth,
	}
	for _, s := range job.Samples {
		done.Samples = append(done.Samples, s.Row)
	}
	done.Costs = prices.Estimate(c.Manifest)
	o.describe(&done, c.Manifest)
	name := strings.TrimSuffix(filepath.Base(filepath.Clean(o.Run)), ".json") + "-" + c.Manifest.Target
	place, err := takeDirectory(o.Out, exportsDir, name, exportFiles())
	if err != nil {
		return err
	}
	defer place.release()
	dir := place.path
	done.Directory = dir
	if err := o.save(ctx, dir, c, &done, table); err != nil {
		place.abandon(append(exportFiles(), qpu.ManifestFile)...)
		return err
	}
	if o.JSON {
		return writeJSON(o.Streams.Out, done)
	}
	_, err = fmt.Fprintf(o.Streams.Out, "saved     %s\n%s", report.Printable(dir), o.next(dir, c.Manifest))
	return err
}

// exportFiles are what an export writes before its manifest.
func exportFiles() []string {
	return append([]string{pricesFile, readmeFile, costFile, modelDir, qpu.ProgramsDir}, qpu.Scripts()...)
}

// prices reads the table of prices.
func (o *exportOptions) prices() (*qpu.Prices, []byte, error) {
	text, name := qpu.DefaultPrices(), "prices"
	if o.Prices != "" {
		var err error
		text, err = readFile(o.Prices, maxPricesBytes)
		if isIO(err) {
			return nil, nil, advise(err, "Check the path of the file of prices")
		}
		if err != nil {
			return nil, nil, err
		}
		name = o.Prices
	}
	p, err := qpu.ReadPrices(bytes.NewReader(text), name)
	return p, text, err
}

// job chooses the samples.
func (o *exportOptions) job(ctx context.Context) (*qpu.Job, error) {
	job := &qpu.Job{Shots: o.Shots, Symbolic: o.Symbolic, Gradient: o.Gradient, Run: o.Run}
	var m *qnn.Model
	var rows [][]float64
	var labels []float64
	var chosen []int
	var err error
	if o.Gradient {
		m, rows, labels, chosen, job.Step, err = o.batch(ctx)
	} else if m, rows, labels, err = o.load(ctx); err == nil {
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

// modelText is the model file of a run.
func modelText(run string) ([]byte, error) {
	if info, err := os.Stat(run); err == nil && info.IsDir() {
		run = filepath.Join(run, modelFile)
	}
	return readFile(run, maxModelBytes)
}

// batch chooses the samples of the training part that the next optimiser step is for: as
// in training, every epoch has an order of its own, and steps take them in turn.
func (o *exportOptions) batch(ctx context.Context) (m *qnn.Model, rows [][]float64, labels []float64, chosen []int, step int, err error) {
	r, err := openStored(ctx, o.Run, loud(o.Err, o.Mute))
	if err != nil {
		return nil, nil, nil, nil, 0, err
	}
	if _, err := r.stepOptimizer(nil); err != nil {
		return nil, nil, nil, nil, 0, err
	}
	if step, err = stepsOf(o.Run); err != nil {
		return nil, nil, nil, nil, 0, err
	}
	n := r.train.Len()
	if o.Batch < 1 || o.Batch > n {
		return nil, nil, nil, nil, 0, usage("--batch %d: must be 1 to %d, the samples of the training part", o.Batch, n)
	}
	each := (n + o.Batch - 1) / o.Batch
	order := rand.New(rand.NewPCG(r.Seed, uint64(step/each)+1)).Perm(n)
	at := step % each * o.Batch
	return r.model, r.train.X, r.train.Y, order[at:min(at+o.Batch, n)], step, nil
}

// stepOptimizer is the optimiser of the run's settings, in the given state if there is one.
func (s *settings) stepOptimizer(state []byte) (optim.Optimizer, error) {
	t, err := s.trainer()
	if err != nil {
		return nil, err
	}
	opt, err := optim.New(t.Optimizer, t.Config)
	if err != nil {
		return nil, err
	}
	if opt.FullBatch() {
		return nil, usage("the run's optimiser is %s, which needs exact gradients of all samples. Train with adam or sgd for steps on a device", t.Optimizer)
	}
	if state != nil {
		if err := opt.UnmarshalJSON(state); err != nil {
			return nil, badData("%s of the run: %w. Take a whole copy of the directory", stepFile, err)
		}
	}
	return opt, nil
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
			return nil, usage("--samples %q: write test, or numbers and ranges such as 0-9,12", text)
		}
		if last >= n {
			return nil, usage("--samples %s: there are %d samples, counted from 0", text, n)
		}
		out = append(out, counting(first, last)...)
	}
	if sorted := slices.Sorted(slices.Values(out)); len(slices.Compact(sorted)) != len(out) {
		return nil, usage("--samples %s: a sample is named twice", text)
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

// describe prints what will be run and what it costs, before anything is written.
func (o *exportOptions) describe(r *deviceExport, m *qpu.Manifest) {
	w := o.Streams.Out
	if o.JSON {
		w = o.Err
	}
	if o.Mute {
		return
	}
	of := "samples"
	if m.Gradient != nil {
		of = fmt.Sprintf("samples, %d shifts of each", len(m.Gradient.Shifts))
	}
	_, _ = fmt.Fprintf(w, "export    %s: %d %s; %s of %s\n", report.Printable(o.Run), len(m.Samples), of, plural.Count(r.Circuits, "circuit"), plural.Count(r.Shots, "shot"))
	_, _ = fmt.Fprintf(w, "device    %s: %s, on %v; at most %s, depth %d\n", m.Target, plural.Count(m.Qubits, "qubit"), m.Circuits[0].Physical, plural.Count(r.TwoQubit, "two-qubit gate"), r.Depth)
	_, _ = fmt.Fprintf(w, "cost      %s\n", strings.Join(costLines(r.Costs, m.Target), "\n          "))
}

// costLines says what an export costs.
func costLines(costs []qpu.Cost, target string) []string {
	if len(costs) == 0 {
		return []string{fmt.Sprintf("no price of %s is known; give a file by --prices", target)}
	}
	var lines []string
	for _, c := range costs {
		p := c.Price
		how := fmt.Sprintf("%d tasks at %g, %d shots at %g", c.Tasks, p.PerTask, c.Shots, p.PerShot)
		if p.PerSecond > 0 {
			how = fmt.Sprintf("about %.0f s of the device at %g a second", c.Seconds, p.PerSecond)
		}
		lines = append(lines, fmt.Sprintf("%s about %.2f %s: %s (%s)", p.Target, c.Cost, p.Currency, how, p.Date))
	}
	return append(lines, "source: "+costs[0].Price.Source, "Prices change: look before you run.")
}

// next says what to run.
func (o *exportOptions) next(dir string, m *qpu.Manifest) string {
	if o.Mute {
		return ""
	}
	return "next      " + strings.Join(nextLines(dir, m), "\n          ") + "\n"
}

func nextLines(dir string, m *qpu.Manifest) []string {
	script := shellWord(filepath.Join(dir, m.Script()))
	results := "qnn results " + shellWord(dir)
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

// save writes the directory; the manifest comes last.
func (o *exportOptions) save(ctx context.Context, dir string, c *qpu.Compiled, r *deviceExport, prices []byte) error {
	files := []content{
		{pricesFile, text(prices)},
		{readmeFile, func(w io.Writer) error { return writeReadme(w, dir, c.Manifest, r) }},
	}
	if len(r.Costs) > 0 {
		files = append(files, content{costFile, func(w io.Writer) error { return writeJSON(w, r.Costs) }})
	}
	if err := writeAll(dir, files); err != nil {
		return err
	}
	if err := o.copyRun(filepath.Join(dir, modelDir)); err != nil {
		return err
	}
	return c.Save(ctx, dir)
}

// text writes bytes as they are.
func text(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// copyRun copies what qnn results needs of the run, so that the directory can be taken
// elsewhere and the run may go.
func (o *exportOptions) copyRun(to string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	model, err := modelText(o.Run)
	if err != nil {
		return err
	}
	files := []content{{modelFile, text(model)}}
	for _, name := range []string{configFile, environmentFile, stepFile} {
		data, err := readFile(filepath.Join(o.Run, name), maxStepBytes)
		if errors.Is(err, fs.ErrNotExist) || isNotDirectory(o.Run) {
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
func writeReadme(w io.Writer, dir string, m *qpu.Manifest, r *deviceExport) error {
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
`, report.Printable(m.Target), r.Circuits, r.Shots, len(m.Samples), report.Printable(m.Run), m.Script(),
		strings.Join(costLines(r.Costs, m.Target), "\n  "), strings.Join(nextLines(dir, m), "\n  "))
	return err
}
