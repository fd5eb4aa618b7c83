package qasm

// entryKind says what a name stands for.
type entryKind uint8

const (
	entryQubits entryKind = iota
	entryBits
	entryValue
	entryGate
	entryDef
	entryArray
)

func (k entryKind) String() string {
	return [...]string{"a qubit", "a classical bit", "a value", "a gate", "a subroutine", "an array"}[k]
}

// entry is what a name stands for.
type entry struct {
	name     string
	kind     entryKind
	frame    int
	index    int  // in scope.defined
	builtin  bool // of an include: the program may define it anew
	constant bool
	wires    operand // entryQubits and entryBits
	value    value   // entryValue
	typ      scalar  // entryValue: of a variable
	level    int     // entryValue: of output.conds where it was defined
	stored   []int   // entryValue: hidden bits for values of measured bits
	slot     int     // entryValue: one more than the variable of the circuit that holds numbers of measured bits
	whiles   int     // open loops of the circuit where it was defined
	bits     []int   // entryBits: all of them, once they were a value
	gate     *gate   // entryGate
	def      *subroutine
	array    *array // entryArray
	outer    *entry // of the same name, hidden by this one
}

// scope is what names mean. A call of a gate or def opens a frame, in which only its own
// names and those of the program are known; within it, blocks hide the names around them.
type scope struct {
	names   map[string]*entry
	defined []*entry   // in open blocks, in order
	block   int        // length of defined where the innermost block began
	frame   int        // the running gate or def: 0 outside
	frames  int        // frames opened so far
	recent  [64]*entry // names that were looked up, by slot: a map takes longer to ask
}

// slot is where recent holds a name.
func slot[T string | []byte](name T) int {
	return (int(name[0]) + 7*int(name[len(name)-1]) + 31*len(name)) % 64
}

// set makes a name stand for e, or for nothing.
func (s *scope) set(name string, e *entry) {
	if e == nil {
		delete(s.names, name)
	} else {
		s.names[name] = e
	}
	if name != "" {
		s.recent[slot(name)] = e
	}
}

// nowhere is the frame of a name that was looked up and has no meaning.
const nowhere = -1

// find is what was defined last under a name.
func (s *scope) find(name []byte) *entry {
	if len(name) == 0 {
		return nil
	}
	k := slot(name)
	if e := s.recent[k]; e != nil && e.name == string(name) {
		return e
	}
	e := s.names[string(name)]
	if e == nil { // pi, for one
		e = &entry{name: string(name), frame: nowhere}
	}
	s.recent[k] = e
	return e
}

// lookup finds what a name stands for: a name of the running gate or def, or one of the
// program.
func (s *scope) lookup(name []byte) *entry {
	for e := s.find(name); e != nil; e = e.outer {
		if e.frame == s.frame || e.frame == 0 {
			return e
		}
	}
	return nil
}

// add gives a name a meaning until the block that is open ends. It fails where the block
// has given it one.
func (s *scope) add(e *entry) bool {
	e.frame = s.frame
	e.outer = s.names[e.name]
	if o := e.outer; o != nil && o.frame == e.frame && o.index >= s.block && !o.builtin {
		return false
	}
	e.index = len(s.defined)
	s.set(e.name, e)
	s.defined = append(s.defined, e)
	return true
}

// blockMark is what a block or frame goes back to at its end.
type blockMark struct{ block, defined, frame int }

// openBlock begins a block.
func (s *scope) openBlock() blockMark {
	m := blockMark{s.block, len(s.defined), s.frame}
	s.block = m.defined
	return m
}

// openFrame begins a call.
func (s *scope) openFrame() blockMark {
	m := s.openBlock()
	s.frames++
	s.frame = s.frames
	return m
}

// closeBlock ends a block or frame and forgets the names that it defined.
func (s *scope) closeBlock(m blockMark) {
	for i := len(s.defined) - 1; i >= m.defined; i-- {
		s.set(s.defined[i].name, s.defined[i].outer)
	}
	s.defined = s.defined[:m.defined]
	s.block, s.frame = m.block, m.frame
}
