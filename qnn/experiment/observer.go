package experiment

import (
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/search"
)

// Observer is told what is going on, for somebody who waits. Functions may be nil.
type Observer struct {
	Stage    func(what string)   // something begins that may take longer than a moment
	Trial    func(search.Trial)  // a candidate of a search is measured
	Epoch    func(*qnn.State)    // an epoch of training has ended
	Baseline func(compare.Stage) // the fitting of a classical model begins
	Remark   func(text string)   // something that a user should know, without its full stop
}

// stage tells what begins; "" that nothing does.
func (o *Observer) stage(what string) {
	if o.Stage != nil {
		o.Stage(what)
	}
}

// remark tells what a user should know.
func (o *Observer) remark(text string) {
	if o.Remark != nil {
		o.Remark(text)
	}
}
