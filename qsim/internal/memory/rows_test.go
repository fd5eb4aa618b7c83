package memory

import (
	"math/rand/v2"
	"testing"
)

func TestOffset(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		x, y := rng.Int64N(1<<40), rng.Int64N(1<<40)
		y &^= x
		if got, want := Offset(x|y), Offset(x)+Offset(y); got != want {
			t.Fatalf("Offset(%#x|%#x) = %#x, the sum of the offsets is %#x", x, y, got, want)
		}
		if gaps := Offset(x) - x; gaps < 0 || float64(gaps) > 0.016*float64(x) || gaps%line != 0 {
			t.Fatalf("Offset(%d) leaves gaps of %d bytes", x, gaps)
		}
		if x>>12 == y>>12 && Offset(x)-Offset(y) != x-y {
			t.Fatalf("%#x and %#x are in one row but %d bytes apart", x, y, Offset(x)-Offset(y))
		}
	}
	if got := Offset(Row); got != Row+line {
		t.Errorf("the second row is at %d", got)
	}
}
