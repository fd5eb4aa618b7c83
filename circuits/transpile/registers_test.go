package transpile_test

import (
	"reflect"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qsim"
)

// TestPassesKeepRegisters gives every pass a circuit all of whose fields are set and finds
// them again in what it returns, so that no pass forgets a field that Circuit gains.
func TestPassesKeepRegisters(t *testing.T) {
	target := load(t, "ibm-heron-r2-fractional") // has a limit of RZZ, so that fold does something
	c := circuits.New(3).H(0).RZZ(circuits.Const(-2), 0, 1).SWAP(1, 2).CX(0, 1).Measure(0, 0)
	fill(t, c)
	for name, out := range map[string]*circuits.Circuit{
		"cancel": transpile.Cancel(c, true), "oneQubit": transpile.OneQubit(c, target, true), "blocks": transpile.Blocks(c, target, true),
		"absorb": transpile.Absorb(c), "fold": transpile.Fold(c, target), "reversed": transpile.Reversed(c), "expand": transpile.Expand(t, c, target),
		"translate": transpile.Translate(t, c, target), "splitMeasurements": transpile.SplitMeasurements(c),
	} {
		checkRegisters(t, name, c, out)
	}
	c.Vars = nil // Run refuses variables: see TestConditionsRefused
	for level := range 4 {
		for _, layout := range [][]int{nil, {0, 20, 40}} {
			r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: level, Layout: layout})
			if err != nil {
				t.Fatal(err)
			}
			compact, _ := r.Compact()
			checkRegisters(t, "Run", c, r.Circuit)
			checkRegisters(t, "Compact", c, compact)
		}
	}
}

// fill sets the fields of c that are 0, but for its operations.
func fill(t *testing.T, c *circuits.Circuit) {
	t.Helper()
	c.Clbits, c.Hidden, c.Tolerance, c.Vars = 4, 2, 1e-6, []circuits.VarType{circuits.WholeVar}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() {
			t.Fatalf("field %s of a circuit: give it a value here, so that the passes are seen to keep it", name)
		}
	}
}

// checkRegisters fails unless two circuits have the same fields, but for their operations
// and, on a device, their qubits.
func checkRegisters(t *testing.T, name string, want, got *circuits.Circuit) {
	t.Helper()
	x, y := reflect.ValueOf(want).Elem(), reflect.ValueOf(got).Elem()
	for i := range x.NumField() {
		field := x.Type().Field(i).Name
		if field == "Ops" || field == "Qubits" {
			continue
		}
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			t.Errorf("%s: %s is %v, want %v", name, field, y.Field(i), x.Field(i))
		}
	}
}

// TestHiddenBitsStayHidden measures one qubit twice, first into a bit that is not part of
// an outcome: outcomes have one bit before and after.
func TestHiddenBitsStayHidden(t *testing.T) {
	c := circuits.New(1).H(0).Measure(0, 1).H(0).Measure(0, 0)
	c.Hidden = 1
	for level := range 4 {
		r, err := transpile.Run(t.Context(), c, load(t, "line-2"), transpile.Options{Level: level})
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range map[string]*circuits.Circuit{"program": c, "transpiled": r.Circuit} {
			p, err := qsim.Compile(d, qsim.Options{})
			if err != nil {
				t.Fatal(err)
			}
			counts, err := p.Sample(t.Context(), nil, nil, 100, 1)
			if err != nil {
				t.Fatal(err)
			}
			if counts.Bits != 1 {
				t.Errorf("level %d, %s: outcomes of %d bits, want 1", level, name, counts.Bits)
			}
		}
	}
}
