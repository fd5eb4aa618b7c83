package qasm

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
)

// The bounds of what a text may ask for.
const (
	maxSource = 256 << 20 // bytes
	maxDepth  = 256       // nested expressions, blocks and gate calls
	maxWires  = 1_000_000 // qubits and classical bits together
	maxName   = 1024      // bytes

	maxOperations = 10_000_000 // unless DecodeOptions says otherwise
	maxRounds     = 1000       // of a loop that is laid out though runs may leave it early
)

// parser reads a program and carries it out statement by statement: circuits are
// straight lines, so that a loop is its body read again, and a call is the body of
// the definition read again. The first error stays in err and ends the text.
type parser struct {
	all     []byte     // the program, and behind it the files that it includes
	files   []included // where they are
	open    int        // of them that are being read
	src     []byte     // the beginning of all, up to the end of the text that is read now
	tok     token      // the current token
	width   int        // in brackets after the type that was read last, 0 if there was none
	last    int        // end of the token before
	err     error
	version int // 2 or 3
	options DecodeOptions

	names    map[string]*entry
	scope    []*entry // names defined in open blocks, in order
	block    int      // length of scope where the innermost block began
	frame    int      // the running gate or def: 0 outside
	frames   int      // frames opened so far
	depth    int
	left     int // operations that may still be made
	count    int // operations of the definition that is checked, at most maxCount
	most     int // DecodeOptions.MaxOperations or its default
	place    place
	included bool // some include was read
	physical bool // physical qubits are in use
	dry      int  // > 0 while a definition is checked: nothing is appended
	jump     jump
	loops    int // open loops of the running gate or def
	nested   int // open blocks

	conds      []circuits.Condition // of the open blocks, on measured bits
	when       *circuits.Condition  // all of conds, nil if there are none
	whenCost   int                  // operations that an operation under when costs
	targets    []target
	hidden     int               // bits made by hide
	whiles     int               // open loops of the circuit
	changed    []map[*entry]bool // for each of them the variables from outside that it changes
	settings   int               // of variables that are known, so far
	departures int               // out of a loop or def by some of the runs, so far
	returned   *entry            // holds the result of the running def

	out    *circuits.Circuit
	result Decoded

	ints   []int
	angles []circuits.Angle
	terms  []circuits.Term

	argStack  []value // arguments of the calls that are being read
	wireStack []operand
}

// place says what a statement is part of.
type place uint8

const (
	inProgram place = iota
	inGate
	inDef
)

// jump says how a statement left its block.
type jump uint8

const (
	jumpNone jump = iota
	jumpBreak
	jumpContinue
	jumpReturn
	jumpEnd
)

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

// entry is what a name stands for.
type entry struct {
	name     string
	kind     entryKind
	frame    int
	index    int  // in parser.scope
	builtin  bool // of an include: the program may define it anew
	constant bool
	wires    operand // entryQubits and entryBits
	value    value   // entryValue
	typ      scalar  // entryValue: of a variable
	level    int     // entryValue: of parser.conds where it was defined
	stored   []int   // entryValue: hidden bits for values of measured bits
	slot     int     // entryValue: one more than the variable of the circuit that holds numbers of measured bits
	whiles   int     // of the parser where it was defined
	bits     []int   // entryBits: all of them, once they were a value
	gate     *gate   // entryGate, entryDef
	array    *array  // entryArray
	outer    *entry  // of the same name, hidden by this one
}

// fail records the first error. The rest of the text reads as its end.
func (p *parser) fail(pos int, cause error, format string, args ...any) {
	p.reject(pos, fmt.Errorf(format+": %w", append(args, cause)...))
}

// reject ends the reading with an error at a position, unless there is one already.
func (p *parser) reject(pos int, err error) {
	if p.err == nil {
		p.err = p.errorAt(pos, err)
		p.tok = token{kind: tokenEOF, pos: len(p.src), end: len(p.src)}
	}
}

func (p *parser) text(t token) string {
	if t.end-t.pos > maxName {
		return string(p.src[t.pos:t.pos+maxName]) + "…"
	}
	return string(p.src[t.pos:t.end])
}

// found names the current token for an error.
func (p *parser) found() string {
	if p.tok.kind == tokenEOF {
		return "the end of the text"
	}
	return fmt.Sprintf("%.40q", p.text(p.tok))
}

func (p *parser) is(s symbol) bool { return p.tok.kind == tokenSymbol && p.tok.symbol == s }

// accept passes over the symbol s if it comes next.
func (p *parser) accept(s symbol) bool {
	if p.is(s) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(s symbol) {
	if !p.accept(s) {
		p.fail(p.tok.pos, circuits.ErrSyntax, "expected %q, found %s", s.String(), p.found())
	}
}

func (p *parser) isName(word string) bool {
	return p.tok.kind == tokenName && string(p.src[p.tok.pos:p.tok.end]) == word
}

func (p *parser) acceptName(word string) bool {
	if p.isName(word) {
		p.next()
		return true
	}
	return false
}

// name reads a name that the program chooses.
func (p *parser) name() (string, int) {
	t := p.tok
	switch {
	case t.kind != tokenName:
		p.fail(t.pos, circuits.ErrSyntax, "expected a name, found %s", p.found())
		return "", t.pos
	case t.end-t.pos > maxName:
		p.fail(t.pos, ErrLimit, "name of %d bytes, at most %d", t.end-t.pos, maxName)
		return "", t.pos
	}
	name := string(p.src[t.pos:t.end])
	if p.version == 3 && keywords[name] {
		p.fail(t.pos, circuits.ErrSyntax, "%s is a word of the language, not a name", name)
	}
	p.next()
	return name, t.pos
}

// lookup finds what the current name stands for: a name of the running gate or
// def, or one of the program.
func (p *parser) lookup(t token) *entry {
	for e := p.names[string(p.src[t.pos:t.end])]; e != nil; e = e.outer {
		if e.frame == p.frame || e.frame == 0 {
			return e
		}
	}
	return nil
}

// define gives a name a meaning until the block that is open ends.
func (p *parser) define(pos int, e *entry) {
	if p.err != nil {
		return
	}
	e.frame, e.level, e.whiles = p.frame, len(p.conds), p.whiles
	e.outer = p.names[e.name]
	if o := e.outer; o != nil && o.frame == e.frame && o.index >= p.block && !o.builtin {
		p.fail(pos, ErrRedefined, "%s", e.name)
		return
	}
	e.index = len(p.scope)
	if e.array != nil {
		for _, element := range e.array.elements {
			element.index, element.whiles, element.level = e.index, e.whiles, e.level
		}
	}
	p.names[e.name] = e
	p.scope = append(p.scope, e)
}

// leave forgets the names that were defined since scope had length mark.
func (p *parser) leave(mark int) {
	for i := len(p.scope) - 1; i >= mark; i-- {
		e := p.scope[i]
		if e.outer == nil {
			delete(p.names, e.name)
		} else {
			p.names[e.name] = e.outer
		}
	}
	p.scope = p.scope[:mark]
}

// enter counts a level of nesting; the caller undoes it by p.depth--.
func (p *parser) enter(pos int) bool {
	p.depth++
	if p.depth > maxDepth {
		p.fail(pos, ErrLimit, "nested more than %d deep", maxDepth)
	}
	return p.err == nil
}

// afford checks n operations that are about to be made.
func (p *parser) afford(pos, n int) bool {
	if n > p.left {
		p.fail(pos, ErrLimit, "program expands to more than %d operations (DecodeOptions.MaxOperations)", p.most)
	}
	return p.err == nil
}

// spend counts n operations, or as much work, before they are made.
func (p *parser) spend(pos, n int) bool {
	if !p.afford(pos, n) {
		return false
	}
	p.left -= n
	return true
}

// seek goes to the token at pos.
func (p *parser) seek(pos int) {
	p.tok.end = pos
	p.next()
}

// slabSize is the number of entries that the slabs of a circuit hold.
const slabSize = 4096

// slab cuts a slice of n entries off *s.
func slab[T any](s *[]T, n int) []T {
	if len(*s) < n {
		*s = make([]T, max(n, slabSize))
	}
	out := (*s)[:n:n]
	*s = (*s)[n:]
	return out
}
