package transpile

// OneQubit is oneQubit for tests.
var OneQubit = oneQubit

// Cancel is cancel for tests.
var Cancel = cancel

// Blocks is blocks for tests.
var Blocks = blocks
