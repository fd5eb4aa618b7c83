package qpu_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// A circuit with one feature goes to a device of IBM for two samples, and ⟨Z0⟩ of each
// comes back from the counts.
func Example() {
	heron, err := transpile.Load("ibm-heron-r2")
	if err != nil {
		log.Fatal(err)
	}
	job := &qpu.Job{
		Circuit:     circuits.New(2).RY(circuits.Feature(0), 0).CX(0, 1),
		Observables: []circuits.PauliSum{circuits.PauliZ(0)},
		Samples:     []qpu.Sample{{Row: 0, Features: []float64{0}}, {Row: 1, Features: []float64{1.5}}},
		Shots:       4,
		Model:       strings.Repeat("0", 64),
	}
	c, err := qpu.Compile(context.Background(), job, heron, transpile.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m := c.Manifest
	fmt.Println(len(m.Circuits), "circuits, run by", m.Script())

	// What IBM's REST interface answers for the two circuits.
	answer := `{"results": [
		{"data": {"c": {"samples": ["0x0", "0x0", "0x0", "0x0"]}}},
		{"data": {"c": {"samples": ["0x3", "0x0", "0x3", "0x3"]}}}]}`
	records, err := qpu.Read(strings.NewReader(answer), "answer.json")
	if err != nil {
		log.Fatal(err)
	}
	results, err := m.Match(records)
	if err != nil {
		log.Fatal(err)
	}
	for i, r := range results {
		values, err := r.OutcomeValues(m.Observables)
		if err != nil {
			log.Fatal(err)
		}
		z := make([]float64, 1)
		values.Mean(z)
		fmt.Printf("sample %d: <Z0> = %.2f\n", m.Circuits[i].Sample, z[0])
	}
	// Output:
	// 2 circuits, run by run_ibm.py
	// sample 0: <Z0> = 1.00
	// sample 1: <Z0> = -0.50
}
