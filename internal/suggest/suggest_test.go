package suggest

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"adam", "lbfgs", "sgd"}
	for word, want := range map[string]string{
		"adm": "adam", "ADAM": "adam", "bfgs": "lbfgs", "sdg": "", "sg": "sgd", "": "", "rotosolve": "",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestUnknown(t *testing.T) {
	if got, want := Unknown("optimizer", "adm", []string{"adam", "sgd"}), `"adm": unknown optimizer; did you mean "adam"? (adam, sgd)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := Unknown("optimizer", "zzzz", []string{"adam", "sgd"}), `"zzzz": unknown optimizer (choose one of adam, sgd)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
