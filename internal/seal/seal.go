// Package seal puts a checksum of a JSON object into the object itself, as its last
// member "sha256". White space does not count; everything else does, to the last digit.
//
// A seal finds damage and edits by hand. It does not tell who wrote a file.
package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"

	"github.com/qnn-go/qnn/internal/fault"
)

// ErrBroken marks content that is not what was sealed.
var ErrBroken = fault.New(fault.Data, "the content does not match its checksum: it is damaged, or was edited")

// ErrObject marks a value that is no JSON object with members.
var ErrObject = fault.New(fault.Data, "only an object with members can be sealed")

// member is the name of the seal in its object.
const member = "sha256"

// last is the end of a sealed object without white space.
var last = regexp.MustCompile(`,"sha256":"([0-9a-f]{64})"\}$`)

// tail is the length of what last matches.
const tail = len(`,"sha256":""}`) + 2*sha256.Size

// Marshal writes v, which is a JSON object, sealed and indented, with a newline at its end.
func Marshal(v any, indent string) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Renew(data, indent)
}

// Renew seals an object anew, whatever seal it has, and indents it; without white space
// for an empty indent.
func Renew(data []byte, indent string) ([]byte, error) {
	content, _, err := cut(data)
	if err != nil {
		return nil, err
	}
	if len(content) < len(`{"":0}`) || content[0] != '{' {
		return nil, ErrObject
	}
	sealed := append(content[:len(content)-1:len(content)-1], `,"sha256":"`+sum(content)+`"}`...)
	if indent == "" { // json.Indent takes time by the depth of each element even so
		return append(sealed, '\n'), nil
	}
	var out bytes.Buffer
	if err := json.Indent(&out, sealed, "", indent); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// Open checks the seal of an object and returns the object without it. What has no seal,
// as older files, or is not JSON comes back as it is. The error is [ErrBroken].
func Open(data []byte) ([]byte, error) {
	content, seal, err := cut(data)
	switch {
	case err != nil || seal == "":
		return data, nil //nolint:nilerr // the reader of the content says what is wrong with it
	case seal != sum(content):
		return nil, ErrBroken
	}
	return content, nil
}

// cut is an object without white space and without its seal, and the seal, or "".
func cut(data []byte) (content []byte, seal string, err error) {
	var b bytes.Buffer
	b.Grow(len(data))
	if err := json.Compact(&b, data); err != nil {
		return nil, "", err
	}
	content = b.Bytes()
	if len(content) > tail {
		if found := last.FindSubmatch(content[len(content)-tail:]); found != nil {
			return append(content[:len(content)-tail], '}'), string(found[1]), nil
		}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(content, &members) != nil || members[member] == nil {
		return content, "", nil
	}
	delete(members, member) // a program has written the members in an order of its own
	content, err = json.Marshal(members)
	return content, "moved", err
}

func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}
