package report_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/report"
)

// fill sets every number that exported fields of v lead to in turn to NaN and both
// infinities, and makes one element of what is empty.
func fill(v reflect.Value, n *int, depth int) {
	if depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.Float64:
		v.SetFloat([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[*n%3])
		*n++
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), n, depth+1)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n, depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, n, depth+1)
		v.SetMapIndex(reflect.Zero(v.Type().Key()), value)
	case reflect.String:
		v.SetString(`-1.7976931348623157e+308 \" "-1.7976931348623157e+308`)
	default:
	}
}

// TestJSONNotFinite writes a summary in which no number is finite: each becomes null,
// strings stay, and the summary itself is not changed.
func TestJSONNotFinite(t *testing.T) {
	var s report.Summary
	n := 0
	fill(reflect.ValueOf(&s).Elem(), &n, 0)
	s.Training.Stopped = qnn.Reason("")
	if n < 20 {
		t.Fatalf("%d numbers", n)
	}
	var b strings.Builder
	if err := report.JSON(&b, s); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if got["train_seconds"] != nil || strings.Contains(b.String(), "e+308,\n") || strings.Contains(b.String(), "null\"") {
		t.Errorf("written as\n%s", b.String())
	}
	if !math.IsNaN(s.TrainSeconds) && !math.IsInf(s.TrainSeconds, 0) {
		t.Errorf("the summary's own number became %v", s.TrainSeconds)
	}
}

// TestWriteJSONFinite: what encoding/json can write is written as it does.
func TestWriteJSONFinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	v := map[string]any{"a": []float64{rng.Float64(), -math.MaxFloat64}, "b": "x<\"\\", "c": nil}
	want, err := json.MarshalIndent(map[string]any{"a": v["a"], "b": v["b"], "c": nil}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := report.WriteJSON(&b, v); err != nil || strings.ReplaceAll(b.String(), "<", `\u003c`) != string(want)+"\n" {
		t.Errorf("error %v, written\n%s\nwant\n%s", err, b.String(), want)
	}
}
