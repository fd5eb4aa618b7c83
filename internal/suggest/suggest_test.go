package suggest

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"adam", "lbfgs", "sgd"}
	for word, want := range map[string]string{
		"adm": "adam", "ADAM": "adam", "bfgs": "lbfgs", "sdg": "sgd", "sg": "sgd", "": "", "q": "", "rotosolve": "",
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

func TestDistance(t *testing.T) {
	// kitten to sitting is the textbook example.
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"grün", "gruen", 2}, {"same", "same", 0},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
