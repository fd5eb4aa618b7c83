package transpile

// OneQubit is oneQubit for tests.
var OneQubit = oneQubit
