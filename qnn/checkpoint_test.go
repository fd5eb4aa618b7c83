package qnn

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exampleState is a state after two epochs, in which every field is set.
func exampleState(epochs int) *State {
	s := &State{
		Fingerprint: strings.Repeat("ab", 32), Batch: 1, Parameters: []float64{0.1, -math.Pi, 5e-324, math.MaxFloat64, math.Copysign(0, -1)},
		Optimizer: []byte(`{"name":"adam"}`), Best: Best{Epoch: 1, Loss: 1. / 3, Parameters: []float64{1, 2, 3, 4, 5}},
		Running: Running{Loss: 0.7, Correct: 3, Samples: 5, Norm: 0.2}, Head: Head{Task: Regression, Outputs: 1, Offset: 0.1, Scale: 3},
	}
	for s.Epoch < epochs {
		s.Epoch++
		s.History = append(s.History, Epoch{Epoch: s.Epoch, TrainLoss: 1 / float64(s.Epoch), ValLoss: 0.1, GradientNorm: 1e-3})
	}
	return s
}

func save(t *testing.T, path string, s *State) {
	t.Helper()
	if err := SaveState(path, s); err != nil {
		t.Fatal(err)
	}
}

// holds checks that path is a whole checkpoint of s.
func holds(t *testing.T, path string, s *State) {
	t.Helper()
	if got := value(LoadState(path))(t); text(t, got) != text(t, s) {
		t.Errorf("%s holds %s, want %s", filepath.Base(path), text(t, got), text(t, s))
	}
}

func TestCheckpointRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	for epochs := range 4 {
		save(t, path, exampleState(epochs))
		holds(t, path, exampleState(epochs))
		if epochs > 0 {
			holds(t, path+PreviousSuffix, exampleState(epochs-1))
		}
	}
	files := value(os.ReadDir(filepath.Dir(path)))(t)
	if len(files) != 2 {
		t.Errorf("%d files, want the checkpoint and the one before", len(files))
	}
	got := value(LoadState(path))(t)
	if p := got.Parameters[4]; p != 0 || !math.Signbit(p) {
		t.Errorf("−0 reads back as %v", p)
	}
}

// damaged checks that data is refused as a checkpoint.
func damaged(t *testing.T, path string, data []byte, what string, at int) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := LoadState(path)
	if s != nil || !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), path) {
		t.Fatalf("%s %d: state %v, error %v; want ErrFormat with the name of the file", what, at, s, err)
	}
}

func TestCheckpointDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	save(t, path, exampleState(2))
	whole := value(os.ReadFile(path))(t)
	for i := range whole {
		for _, mask := range []byte{0x01, 0x80, 0xff} {
			data := append([]byte(nil), whole...)
			data[i] ^= mask
			damaged(t, path, data, "flipped byte", i)
		}
	}
	for n := range whole {
		damaged(t, path, whole[:n], "truncated to", n)
	}
	for n := 1; n < 100; n += 7 {
		damaged(t, path, append(append([]byte(nil), whole...), make([]byte, n)...), "extended by", n)
	}
	damaged(t, path, []byte("epoch,loss\n1,0.5\n"), "another file", 0)
}

// frame is a checkpoint file of any payload and announced length, checksums right.
func frame(payload string, length uint64) []byte {
	data := binary.LittleEndian.AppendUint64([]byte(checkpointMagic), length)
	data = binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
	sum := sha256.Sum256([]byte(payload))
	return append(append(data, payload...), sum[:]...)
}

func TestForgedCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	for i, payload := range []string{
		"", "x", "[]", `{"epoch":"one"}`, `{"epoch":1e99}`, `{"parameters":[1e999]}`, `{"parameters":[NaN]}`, `{"other":1}`, strings.Repeat("[", 1e5),
	} {
		damaged(t, path, frame(payload, uint64(len(payload))), "payload", i)
	}
	for i, length := range []uint64{0, 1, 3, math.MaxUint64, math.MaxInt64, 1 << 62, math.MaxUint64 - 31} {
		damaged(t, path, frame("{}", length), "length", i)
	}
	other := frame("{}", 2)
	other[7]++
	damaged(t, path, other, "version", int(other[7]))
	_, err := LoadState(path)
	if !strings.Contains(err.Error(), "version 2") {
		t.Errorf("another version: %v", err)
	}
}

func TestCheckpointAbsent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	if _, err := LoadState(path); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrFormat) {
		t.Errorf("absent file: %v, want fs.ErrNotExist", err)
	}
	if _, err := LoadState(filepath.Dir(path)); err == nil || errors.Is(err, ErrFormat) {
		t.Errorf("directory: %v, want an error of reading", err)
	}
	if err := SaveState(filepath.Join(path, "absent", "checkpoint"), exampleState(1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent directory: %v, want fs.ErrNotExist", err)
	}
}

// A state that has no JSON form is refused before anything is touched.
func TestCheckpointOfNotANumber(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	save(t, path, exampleState(1))
	bad := exampleState(2)
	bad.Running.Loss = math.NaN()
	if err := SaveState(path, bad); err == nil {
		t.Error("NaN was saved")
	}
	holds(t, path, exampleState(1))
}

// A failure to keep the previous checkpoint leaves the present one in place.
func TestFailureToKeepThePrevious(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	save(t, path, exampleState(1))
	if err := os.MkdirAll(filepath.Join(path+PreviousSuffix, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := SaveState(path, exampleState(2)); err == nil {
		t.Error("no error")
	}
	holds(t, path, exampleState(1))
}

// A damaged checkpoint does not replace the whole one before it.
func TestDamagedCheckpointIsNotKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	save(t, path, exampleState(1))
	save(t, path, exampleState(2))
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	save(t, path, exampleState(3))
	holds(t, path, exampleState(3))
	holds(t, path+PreviousSuffix, exampleState(1))
}

// While checkpoints are written, path always holds a whole one.
func TestCheckpointIsAlwaysThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	save(t, path, exampleState(0))
	done := make(chan error)
	go func() {
		for epochs := range 50 {
			if err := SaveState(path, exampleState(epochs)); err != nil {
				done <- err
				return
			}
		}
		close(done)
	}()
	for reads := 0; ; reads++ {
		select {
		case err := <-done:
			if err != nil || reads < 50 {
				t.Fatalf("%d reads, error %v", reads, err)
			}
			return
		default:
			if _, err := LoadState(path); err != nil {
				t.Errorf("read %d: %v", reads, err)
				if err := <-done; err != nil {
					t.Error(err)
				}
				return
			}
		}
	}
}

// TestImpossibleStates: a checkpoint with a right checksum and content that no run leaves
// is refused when it is read.
func TestImpossibleStates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	for what, change := range map[string]func(*State){
		"negative epoch":      func(s *State) { s.Epoch = -1 },
		"epochs not run":      func(s *State) { s.Epoch = 7 },
		"negative batch":      func(s *State) { s.Batch = -1 },
		"best epoch ahead":    func(s *State) { s.Best.Epoch = 9 },
		"more right than are": func(s *State) { s.Running.Correct = 6 },
		"epochs out of order": func(s *State) { s.History[1].Epoch = 1 },
		"accuracy over 1":     func(s *State) { s.History[0].TrainAccuracy = 2 },
		"negative norm":       func(s *State) { s.History[0].GradientNorm = -1 },
	} {
		s := exampleState(2)
		change(s)
		save(t, path, s)
		if got, err := LoadState(path); got != nil || !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, %v, want ErrFormat", what, got, err)
		}
	}
}
