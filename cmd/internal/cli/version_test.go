package cli

import (
	"os/exec"
	"strings"
	"testing"
)

// Every module that is linked into the binary is named among the notices, at its version.
func TestNotices(t *testing.T) {
	format := "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}"
	list, err := exec.Command("go", "list", "-deps", "-f", format, "../../qnn").Output()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := command(t, 0, "version", "--licenses")
	modules := strings.Fields(strings.ReplaceAll(string(list), " ", "@"))
	if len(modules) < 20 {
		t.Fatalf("only %v", modules)
	}
	for _, m := range modules {
		if name := strings.ReplaceAll(m, "@", " "); !strings.Contains(out, "\n"+name+"\n") {
			t.Errorf("%s has no notice; run .ci/notices > cmd/internal/cli/notices.txt", name)
		}
	}
	for _, want := range []string{"SIL OPEN FONT LICENSE", "The Go Authors", "breast-cancer"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q among the notices", want)
		}
	}
}

func TestVersionFlag(t *testing.T) {
	flag, _ := command(t, 0, "--version")
	if line, _ := command(t, 0, "version"); flag != line || !strings.HasPrefix(line, "qnn ") {
		t.Errorf("--version prints %q, version %q", flag, line)
	}
}
