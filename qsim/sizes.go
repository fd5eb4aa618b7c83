package qsim

// Every size at which a program does something in another way, and how much of something is
// done at once. Results depend on none of them but through the order of sums, and on none of
// them through the number of workers.

const (
	// ParallelQubits is the number of qubits from which a state is worth several
	// processors: smaller ones run in parallel over the samples. A gate then
	// takes about as long as waking a worker.
	ParallelQubits = 14
	// plannedQubits is the size of a state from which planning pays: below, filling in
	// the numbers of a plan takes longer than running gate by gate.
	plannedQubits = 10
	// laneQubits is the size of a state up to which several samples run side by
	// side in the lanes of vectors: above, the states of a group leave the caches.
	laneQubits = 10
	// maxQubits is the largest number of active qubits: more than an index of a 64-bit machine
	// addresses have no state.
	maxQubits = 59
)

const (
	// chunk is the number of groups or amplitudes in one piece of a state. Sums are
	// taken piece by piece and the pieces' sums added in order, so that results do
	// not depend on how many workers there are.
	chunk = 1 << 12
	// smallest is the least number of amplitudes that a plan works on: a block of the
	// widest machine.
	smallest = 1 << 7
	// slotQubits is the size of what all shifted states that run together fill, as long as
	// one fits: 1 MiB, a second-level cache.
	slotQubits = 16
	// wayChunks is the number of rows that partial derivatives of a large state are added in:
	// enough for the workers of a large machine.
	wayChunks = 64
)

const (
	// pieceSize is the number of samples, one after the other, that one worker runs: few enough
	// to share evenly, so many that binding the weights once a piece does not count.
	pieceSize = 8
	// waveSize is the number of samples whose partial gradients, a row each, wait in memory to
	// be added in order: sixteen pieces.
	waveSize = 128
	// laneAmplitudes is how many amplitudes, of all samples, one worker runs in lanes at
	// least: they take a few microseconds, many times what handing out a piece does.
	laneAmplitudes = 768
	// laneChunks is into how many pieces many samples are divided at most, or nearly so, as the
	// sums of a piece take time too: they are made and added up once each.
	laneChunks = 32
	// shotBlock bounds the shots that go through a circuit together, and so their memory.
	shotBlock = 1 << 16
	// operationBytes is about what an operation of a program takes with its plan and the numbers
	// of that, in bytes: from 0.6 to 1.5 KiB were measured.
	operationBytes = 1 << 10
)
