package experiment

import "testing"

func TestPredictedCells(t *testing.T) {
	for in, want := range map[string]string{
		"yes": "yes", "-1": "-1", "+2.5e3": "+2.5e3", "": "",
		"=1+1": "'=1+1", "@sum": "'@sum", "-x": "'-x", "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "\tx": "'\tx",
	} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}
