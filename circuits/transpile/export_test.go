package transpile

// OneQubit is oneQubit for tests.
var OneQubit = oneQubit

// Cancel is cancel for tests.
var Cancel = cancel

// Blocks is blocks for tests.
var Blocks = blocks

// Absorb is absorb for tests.
var Absorb = absorb

// Fold is fold for tests.
var Fold = fold
