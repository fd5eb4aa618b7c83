package transpile_test

import (
	"context"
	"fmt"
	"log"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

func Example() {
	c := circuits.New(3).H(0).CX(0, 1).CX(0, 2)
	target, err := transpile.Load("line-3")
	if err != nil {
		log.Fatal(err)
	}
	r, err := transpile.Run(context.Background(), c, target, transpile.Options{Level: 3})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.TwoQubitGates(), "CZ;", "rules kept:", target.Check(r.Circuit) == nil)
	// Output: 2 CZ; rules kept: true
}
