package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
)

// environment is what a run was made with.
type environment struct {
	Qnn      string   `json:"qnn"`
	Go       string   `json:"go"`
	OS       string   `json:"os"`
	Arch     string   `json:"arch"`
	CPUs     int      `json:"cpus"`
	Threads  int      `json:"threads"`
	DataHash string   `json:"data_sha256"`
	TestHash string   `json:"test_sha256"`
	Command  []string `json:"command"`
	Modules  []string `json:"modules"`
}

func newEnvironment(dataHash, testHash string) environment {
	e := environment{
		Qnn: Version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPUs: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0), DataHash: dataHash, TestHash: testHash, Command: os.Args,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			e.Modules = append(e.Modules, m.Path+" "+m.Version)
		}
	}
	return e
}

// readEnvironment reads what a run was made with.
func readEnvironment(dir string) (environment, error) {
	var e environment
	path := filepath.Join(dir, EnvironmentFile)
	data, err := ReadFile(path, maxEnvironmentBytes)
	if err != nil {
		return e, err
	}
	err = json.Unmarshal(data, &e)
	if err == nil {
		err = e.check()
	}
	if err != nil {
		return e, damaged(path, err)
	}
	return e, nil
}

// check refuses what no run has left.
func (e *environment) check() error {
	if hash, err := hex.DecodeString(e.DataHash); err != nil || len(hash) != sha256.Size {
		return fmt.Errorf("data_sha256 is %.80q, must be 64 hexadecimal digits", e.DataHash)
	}
	if e.CPUs < 1 || e.Threads < 1 {
		return fmt.Errorf("%d processors and %d threads, must be at least 1", e.CPUs, e.Threads)
	}
	return nil
}

// module is the path of this module.
const module = "github.com/qnn-go/qnn"

// Version is the version of this module, or the revision that was built.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps { // of another program that uses it
		if m.Path == module {
			return m.Version
		}
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return "devel-" + setting.Value[:min(12, len(setting.Value))]
		}
	}
	return "devel"
}
