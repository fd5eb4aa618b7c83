package experiment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qnn"
)

// Accept checks all but the checksums in the files of a run directory, of an export, or in
// one model file, which were edited on purpose, and gives them new checksums.
func Accept(path string) error {
	if isNotDirectory(path) {
		data, err := acceptedModel(path)
		if err != nil {
			return err
		}
		return atomicfile.Write(path, text(data))
	}
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
	return writeAll(path, files)
}

// acceptRun makes the files of a run directory anew with the checksums of their content,
// which is otherwise right; files that are not there are left out.
func acceptRun(dir string) ([]content, error) {
	var files []content
	for _, f := range []struct {
		name   string
		accept func(path string) ([]byte, error)
	}{{ConfigFile, acceptedSettings}, {ModelFile, acceptedModel}, {StepFile, acceptedStep}} {
		data, err := f.accept(filepath.Join(dir, f.name))
		if errors.Is(err, fs.ErrNotExist) && f.name != ModelFile {
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
	data, err := ReadFile(path, maxModelBytes)
	if err != nil {
		return nil, err
	}
	if data, err = seal.Renew(data, ""); err != nil {
		return nil, damaged(path, err)
	}
	m, err := qpu.ReadManifest(bytes.NewReader(data), path)
	if err != nil {
		return nil, err
	}
	model, err := acceptedModel(filepath.Join(dir, modelDir, ModelFile))
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
	data, err := ReadFile(path, limit)
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
		return nil, damaged(path, err)
	}
	return sealed, nil
}

func acceptedSettings(path string) ([]byte, error) {
	data, err := ReadFile(path, maxConfigBytes)
	if err != nil {
		return nil, err
	}
	if first, rest, found := bytes.Cut(data, []byte("\n")); found && bytes.HasPrefix(first, []byte("# sha256 ")) {
		data = rest
	}
	if _, err := decodeSettings(path, data); err != nil {
		return nil, err
	}
	return sealSettings(data), nil
}
