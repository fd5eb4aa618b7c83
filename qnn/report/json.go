package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strconv"
)

// WriteJSON writes v as an indented JSON object with a line feed after it, as package
// encoding/json does. JSON has no numbers that are not finite; null is written for
// them, so that a loss that diverged or a size beyond all floating-point numbers does
// not cost the rest of the object.
func WriteJSON(w io.Writer, v any) error {
	text, err := encode(v)
	if unsupported, ok := errors.AsType[*json.UnsupportedValueError](err); ok && unsupported.Value.CanFloat() {
		if text, err = encode(marked(reflect.ValueOf(v)).Interface()); err == nil {
			text = nulls(text)
		}
	}
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// mark stands for a number that is not finite while an object that has some is encoded.
const mark = -math.MaxFloat64

// marked is a copy of v in which mark stands for every number that is not finite, as
// far as exported fields lead to it.
func marked(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			out.SetFloat(mark)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(marked(v.Field(i)))
			}
		}
	case reflect.Array:
		markElements(out, v)
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		if !v.IsNil() {
			markInside(out, v)
		}
	default:
	}
	return out
}

// markInside sets out to a marked copy of v, which is not nil.
func markInside(out, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(marked(v.Elem()))
	case reflect.Interface:
		out.Set(marked(v.Elem()))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		markElements(out, v)
	default: // a map
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(it.Key(), marked(it.Value()))
		}
	}
}

func markElements(out, v reflect.Value) {
	for i := range v.Len() {
		out.Index(i).Set(marked(v.Index(i)))
	}
}

// nulls writes null for every mark that is not part of a string.
func nulls(text []byte) []byte {
	number := strconv.AppendFloat(nil, mark, 'g', -1, 64)
	out := make([]byte, 0, len(text))
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case !inString && c == '-' && bytes.HasPrefix(text[i:], number):
			out = append(out, "null"...)
			i += len(number) - 1
			continue
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			out = append(out, c)
			i++
		}
		out = append(out, text[i])
	}
	return out
}
