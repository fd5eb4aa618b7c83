package cli

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/qnn-go/qnn/internal/seal"
)

// sealLine is the first line of a run's settings: a checksum of the lines that follow.
var sealLine = regexp.MustCompile(`^# sha256 ([0-9a-f]{64}) of what follows[^\n]*\n`)

// write writes all settings as YAML that openSettings and readConfig read back.
func (s *settings) write(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	s.snapshot().VisitAll(func(flag *pflag.Flag) {
		root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: flag.Name}, yamlValue(flag.Value))
	})
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	if err := errors.Join(e.Encode(root), e.Close()); err != nil {
		return err
	}
	_, err := w.Write(sealSettings(b.Bytes()))
	return err
}

// sealSettings puts the line with the checksum before settings.
func sealSettings(text []byte) []byte {
	return fmt.Appendf(nil, "# sha256 %x of what follows; after an edit: qnn accept\n%s", sha256.Sum256(text), text)
}

// openSettings checks the first line of a run's settings and returns the others. Settings
// of older runs have no such line.
func openSettings(text []byte) ([]byte, error) {
	found := sealLine.FindSubmatch(text)
	switch {
	case found == nil && bytes.HasPrefix(text, []byte("#")):
		return nil, errors.New("the line with the checksum is damaged")
	case found == nil && len(bytes.TrimSpace(text)) == 0:
		return nil, errors.New("it is empty")
	case found == nil:
		return text, nil
	}
	rest := text[len(found[0]):]
	if sum := fmt.Sprintf("%x", sha256.Sum256(rest)); sum != string(found[1]) {
		return nil, seal.ErrBroken
	}
	return rest, nil
}
