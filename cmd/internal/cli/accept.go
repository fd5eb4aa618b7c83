package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qnn"
)

func newAccept(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "accept PATH",
		Short: "Accept files of a run or an export that were edited by hand",
		Long: `Models, settings of runs, steps and manifests carry a checksum of their content, and
are refused when it differs: a digit that is damaged looks like any other. After an edit on
purpose this command checks all else in the files of a run directory, of an export or in
one model file, and gives them new checksums.`,
		Example: "  qnn accept runs/iris-0001",
		Args:    exactArgs("PATH"),
		RunE: func(c *cobra.Command, args []string) error {
			return runAccept(c.Context(), s, args[0])
		},
	}
}

func runAccept(ctx context.Context, s Streams, path string) error {
	if isNotDirectory(path) {
		data, err := acceptedModel(path)
		if err != nil {
			return err
		}
		return accepted(s, path, atomicfile.Write(path, text(data)))
	}
	defer interruptionOf(ctx).hold()()
	lock, err := claim(path)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }() // what cannot be removed is no claim
	accept := acceptRun
	if _, err := os.Stat(filepath.Join(path, qpu.ManifestFile)); err == nil {
		accept = acceptExport
	}
	files, err := accept(path)
	if err != nil {
		return err
	}
	return accepted(s, path, writeAll(path, files))
}

func accepted(s Streams, path string, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "accepted  %s\n", path)
	return err
}

// acceptRun makes the files of a run directory anew with the checksums of their content,
// which is otherwise right; files that are not there are left out.
func acceptRun(dir string) ([]content, error) {
	var files []content
	for _, f := range []struct {
		name   string
		accept func(path string) ([]byte, error)
	}{{configFile, acceptedSettings}, {modelFile, acceptedModel}, {stepFile, acceptedStep}} {
		data, err := f.accept(filepath.Join(dir, f.name))
		if errors.Is(err, fs.ErrNotExist) && f.name != modelFile {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, content{f.name, text(data)})
	}
	return files, nil
}

// acceptExport does so for an export with its copy of the run.
func acceptExport(dir string) ([]content, error) {
	path := filepath.Join(dir, qpu.ManifestFile)
	data, err := readFile(path, maxModelBytes)
	if err != nil {
		return nil, err
	}
	if data, err = seal.Renew(data, ""); err != nil {
		return nil, badData("%q: %w", path, err)
	}
	m, err := qpu.ReadManifest(bytes.NewReader(data), path)
	if err != nil {
		return nil, err
	}
	model, err := acceptedModel(filepath.Join(dir, modelDir, modelFile))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(model)
	m.Model = hex.EncodeToString(sum[:])
	run, err := acceptRun(filepath.Join(dir, modelDir))
	if err != nil {
		return nil, err
	}
	var files []content
	for _, f := range run {
		files = append(files, content{filepath.Join(modelDir, f.name), f.body})
	}
	return append(files, content{qpu.ManifestFile, m.Write}), nil
}

func acceptedModel(path string) ([]byte, error) {
	return acceptedObject(path, maxModelBytes, " ", func(sealed []byte) error {
		_, err := qnn.Read(bytes.NewReader(sealed), nil)
		return err
	})
}

func acceptedStep(path string) ([]byte, error) {
	return acceptedObject(path, maxStepBytes, "  ", func(sealed []byte) error {
		_, err := decodeStep(sealed)
		return err
	})
}

// acceptedObject seals the JSON object of a file. It is indented only after its reader has
// found it right: indenting what is nested without bound takes memory without bound.
func acceptedObject(path string, limit int64, indent string, read func(sealed []byte) error) ([]byte, error) {
	data, err := readFile(path, limit)
	if err != nil {
		return nil, err
	}
	sealed, err := seal.Renew(data, "")
	if err == nil {
		err = read(sealed)
	}
	if err == nil {
		sealed, err = seal.Renew(sealed, indent)
	}
	if err != nil {
		return nil, badData("%q: %w", path, err)
	}
	return sealed, nil
}

func acceptedSettings(path string) ([]byte, error) {
	data, err := readFile(path, maxConfigBytes)
	if err != nil {
		return nil, err
	}
	if first, rest, found := bytes.Cut(data, []byte("\n")); found && bytes.HasPrefix(first, []byte("# sha256 ")) {
		data = rest
	}
	s := new(settings)
	if err := readConfig(s.flags(), path, data); err != nil {
		return nil, badData("%w", err)
	}
	if err := s.check(); err != nil {
		return nil, badData("%q: %w", path, err)
	}
	return sealSettings(data), nil
}
