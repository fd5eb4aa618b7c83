package qpu

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Price is what a device costs: cost = tasks·PerTask + shots·PerShot + seconds·PerSecond.
type Price struct {
	Target    string  `json:"target"` // name of the target, as in package transpile
	Vendor    string  `json:"vendor"` // who runs it: ibm, braket
	Currency  string  `json:"currency"`
	PerTask   float64 `json:"per_task"`
	PerShot   float64 `json:"per_shot"`
	PerSecond float64 `json:"per_second"` // of the device's time
	// A task takes SecondsPerTask and each of its shots SecondsPerShot, about.
	SecondsPerTask  float64 `json:"seconds_per_task"`
	SecondsPerShot  float64 `json:"seconds_per_shot"`
	CircuitsPerTask int     `json:"circuits_per_task"` // 0: 1
	Source          string  `json:"source"`
	Date            string  `json:"date"` // when the source said so
}

// Prices is a table of prices.
type Prices struct {
	Note   string  `json:"note"`
	Prices []Price `json:"prices"`
}

//go:embed prices.json
var embeddedPrices []byte

// DefaultPrices is the table that comes along, as the JSON file that ReadPrices reads.
func DefaultPrices() []byte { return slices.Clone(embeddedPrices) }

// ReadPrices reads a table of prices as JSON; name is that of the file, for errors,
// which are [*FileError] that wrap [ErrFormat].
func ReadPrices(r io.Reader, name string) (*Prices, error) {
	root, err := parse(r, name)
	if err != nil {
		return nil, err
	}
	p := new(Prices)
	if err := json.Unmarshal(root.raw, p); err != nil {
		return nil, &FileError{File: name, Err: fmt.Errorf("%w: %w", ErrFormat, err)}
	}
	for i, v := range p.Prices {
		numbers := []float64{v.PerTask, v.PerShot, v.PerSecond, v.SecondsPerTask, v.SecondsPerShot}
		if v.Target == "" || v.CircuitsPerTask < 0 || !finite(numbers) || slices.Min(numbers) < 0 {
			return nil, &FileError{File: name, Path: fmt.Sprintf("prices[%d]", i), Err: fmt.Errorf("%w: no target, or a negative number", ErrFormat)}
		}
	}
	return p, nil
}

// Cost is an estimate of what an export costs to run once.
type Cost struct {
	Circuits int     `json:"circuits"`
	Shots    int     `json:"shots"` // of all circuits
	Tasks    int     `json:"tasks"`
	Seconds  float64 `json:"seconds,omitempty"` // of the device's time, where that is paid
	Cost     float64 `json:"cost"`
	Price    Price   `json:"price"`
}

// Estimate is the cost of running m once on its target, or where it is for any device of
// a vendor, on each; nothing where p has no price.
func (p *Prices) Estimate(m *Manifest) []Cost {
	var out []Cost
	for _, price := range p.Prices {
		if price.Target != m.Target && price.Vendor != m.Target {
			continue
		}
		c := Cost{Circuits: len(m.Circuits), Shots: len(m.Circuits) * m.Shots, Price: price}
		each := max(price.CircuitsPerTask, 1)
		c.Tasks = (c.Circuits + each - 1) / each
		if price.PerSecond > 0 {
			c.Seconds = float64(c.Tasks)*price.SecondsPerTask + float64(c.Shots)*price.SecondsPerShot
		}
		c.Cost = float64(c.Tasks)*price.PerTask + float64(c.Shots)*price.PerShot + c.Seconds*price.PerSecond
		out = append(out, c)
	}
	return out
}
