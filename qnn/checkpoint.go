package qnn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/qnn-go/qnn/internal/atomicfile"
)

// A checkpoint file is
//
//	magic    8 bytes  "QNNCKPT" and the version
//	length   8 bytes  of the payload, little endian
//	crc      4 bytes  CRC-32C of the 16 bytes before, little endian
//	payload           the State as JSON
//	sha256  32 bytes  of the payload
const (
	checkpointMagic = "QNNCKPT\x01"
	headerBytes     = 20
	// maxCheckpointBytes bounds what is read of a checkpoint file.
	maxCheckpointBytes = 1 << 30
)

// PreviousSuffix is appended to the name of a checkpoint to keep the one before.
const PreviousSuffix = ".previous"

// SaveState writes s to the checkpoint file path, keeping a copy of the one that
// was there, if it is whole, under path + [PreviousSuffix]. Both files are replaced
// as a whole or not at all: at any moment, after a crash or with a full disk, path
// holds the old checkpoint or the new one.
func SaveState(path string, s *State) error {
	payload, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if old, err := readCheckpoint(path); err == nil {
		if _, err := checkpointPayload(old); err == nil {
			if err := writeAll(path+PreviousSuffix, old); err != nil {
				return fmt.Errorf("checkpoint: %w", err)
			}
		}
	}
	header := make([]byte, 0, headerBytes)
	header = append(header, checkpointMagic...)
	header = binary.LittleEndian.AppendUint64(header, uint64(len(payload)))
	header = binary.LittleEndian.AppendUint32(header, crc32.Checksum(header, crc32.MakeTable(crc32.Castagnoli)))
	sum := sha256.Sum256(payload)
	if err := writeAll(path, header, payload, sum[:]); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func writeAll(path string, parts ...[]byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		for _, part := range parts {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
		return nil
	})
}

// LoadState reads the checkpoint file path. A file that is truncated or damaged is
// an error that wraps [ErrFormat]; one that is absent wraps [fs.ErrNotExist].
func LoadState(path string) (*State, error) {
	data, err := readCheckpoint(path)
	if err != nil {
		return nil, err
	}
	s, err := decodeState(data)
	if err != nil {
		return nil, fmt.Errorf("%s: checkpoint: %w: %w", path, ErrFormat, err)
	}
	return s, nil
}

func readCheckpoint(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	return io.ReadAll(io.LimitReader(f, maxCheckpointBytes+1))
}

// checkpointPayload checks the frame of a checkpoint and returns what is in it.
func checkpointPayload(data []byte) ([]byte, error) {
	if len(data) < headerBytes || !bytes.HasPrefix(data, []byte(checkpointMagic[:7])) {
		return nil, errors.New("too short or not a checkpoint")
	}
	if data[7] != checkpointMagic[7] {
		return nil, fmt.Errorf("version %d, this program reads %d", data[7], checkpointMagic[7])
	}
	if crc32.Checksum(data[:16], crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(data[16:]) {
		return nil, errors.New("header checksum differs")
	}
	length := binary.LittleEndian.Uint64(data[8:])
	if rest := uint64(len(data) - headerBytes); rest < sha256.Size || rest-sha256.Size != length {
		return nil, fmt.Errorf("%d bytes of payload announced, the file has %d", length, len(data)-headerBytes)
	}
	payload := data[headerBytes : headerBytes+int(length)]
	if sum := sha256.Sum256(payload); !bytes.Equal(sum[:], data[headerBytes+int(length):]) {
		return nil, errors.New("payload checksum differs")
	}
	return payload, nil
}

// validate refuses what no run has left, as far as that can be told without the run.
func (s *State) validate() error {
	switch {
	case s.Epoch < 0 || s.Epoch != len(s.History):
		return fmt.Errorf("%d epochs with a history of %d", s.Epoch, len(s.History))
	case s.Batch < 0:
		return fmt.Errorf("batch %d", s.Batch)
	case s.Best.Epoch < 0 || s.Best.Epoch > s.Epoch+1:
		return fmt.Errorf("best epoch %d of %d", s.Best.Epoch, s.Epoch)
	case s.Running.Samples < 0 || s.Running.Correct < 0 || s.Running.Correct > s.Running.Samples:
		return fmt.Errorf("%d of %d samples right", s.Running.Correct, s.Running.Samples)
	}
	for i, e := range s.History {
		if e.Epoch != i+1 || e.TrainAccuracy < 0 || e.TrainAccuracy > 1 || e.ValAccuracy < 0 || e.ValAccuracy > 1 || e.GradientNorm < 0 {
			return fmt.Errorf("row %d of the history is of epoch %d, or a share or norm is out of its range", i+1, e.Epoch)
		}
	}
	return nil
}

func decodeState(data []byte) (*State, error) {
	payload, err := checkpointPayload(data)
	if err != nil {
		return nil, err
	}
	s := new(State)
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(s); err != nil {
		return nil, err
	}
	if err := s.validate(); err != nil {
		return nil, err
	}
	return s, nil
}
