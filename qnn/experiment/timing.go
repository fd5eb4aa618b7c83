package experiment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
)

// maxSeconds is longer than any epoch takes: thirty years.
const maxSeconds = 1e9

// writeTiming writes a row for each epoch: its number and its seconds, empty where they
// are not known (NaN).
func writeTiming(w io.Writer, seconds []float64) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"epoch", "seconds"}); err != nil {
		return err
	}
	for i, v := range seconds {
		text := ""
		if !math.IsNaN(v) {
			text = strconv.FormatFloat(v, 'f', 6, 64)
		}
		if err := c.Write([]string{strconv.Itoa(i + 1), text}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// readTiming reads the seconds of a run's epochs. Rows beyond the given number are those
// of epochs that were not saved, and are left out; rows that lack, as all do without the
// file, are NaN. A negative number stands for as many as there are.
func readTiming(dir string, epochs int) ([]float64, error) {
	path := filepath.Join(dir, TimingFile)
	text, err := ReadFile(path, maxTimingBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	c := csv.NewReader(bytes.NewReader(text))
	c.FieldsPerRecord = 2
	records, err := c.ReadAll()
	if err != nil {
		return nil, &FileError{Path: path, Err: err, Remedy: "Remove the file to go on without times"}
	}
	var seconds []float64
	for i, record := range records[min(1, len(records)):] {
		v := math.NaN()
		if record[1] != "" {
			v, err = strconv.ParseFloat(record[1], 64)
		}
		if err != nil || v < 0 || v > maxSeconds || record[1] != "" && math.IsNaN(v) || record[0] != strconv.Itoa(i+1) {
			return nil, &FileError{Path: path, Err: fmt.Errorf("row %d is %.40q, must be the epoch %d and its seconds", i+2, record, i+1), Remedy: "Remove the file to go on without times"}
		}
		seconds = append(seconds, v)
	}
	if epochs < 0 {
		return seconds, nil
	}
	for len(seconds) < epochs {
		seconds = append(seconds, math.NaN())
	}
	return seconds[:epochs], nil
}

// totalSeconds adds up the times of a run's epochs that are known.
func totalSeconds(seconds []float64) float64 {
	sum := 0.0
	for _, v := range seconds {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}
