// Package experiment is training as people do it: from settings and a table to a model,
// its run directory and its report.
//
// [Settings] say everything that determines a result. [Open] makes an [Experiment] of
// them: data, split, preprocessing and circuit. A [Run] trains its model inside of a run
// directory, which can be resumed wherever it was interrupted, and ends with a report
// beside classical baselines. [OpenStored] reads a finished run back. [Export], [Results]
// and [Step] are for models on quantum computers: circuits out, counts in, and optimiser
// steps with measured gradients.
//
// Everything that the command line does with models is here; a command parses, calls and
// prints.
package experiment
