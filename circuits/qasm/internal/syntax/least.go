package syntax

import "strconv"

// Work is what a statement takes at least, by its text alone.
type Work struct {
	Calls  int  // gates, at most MaxWork
	Size   int  // bytes
	GoesOn bool // there is a continue in it
	Leaves bool // there is a break, return or end in it
}

// MaxWork is where counts of operations stop.
const MaxWork = 1 << 40

// readAgain is the bytes of text that cost as much as an operation.
const readAgain = 16

// Rounds is the work of n rounds of a statement.
func (w Work) Rounds(n int) int {
	switch {
	case w.Leaves || n == 0:
		return 0
	case w.GoesOn:
		return n
	}
	return min(MaxWork, saturate(n, 1+w.Calls)+saturate(n-1, w.Size/readAgain))
}

// saturate is a·b, at most MaxWork.
func saturate(a, b int) int {
	if b != 0 && a > MaxWork/b {
		return MaxWork
	}
	return a * b
}

func (w *Work) add(v Work) {
	w.Calls = min(MaxWork, w.Calls+v.Calls)
	w.GoesOn, w.Leaves = w.GoesOn || v.GoesOn, w.Leaves || v.Leaves
}

// Least finds the least work of the statement that comes next, where calls says which
// names are gates: that of the gates in it and of loops whose bounds are plain numbers, but
// not of what is under a condition. The reader stays where it is.
func (r *Reader) Least(calls func(Token) bool) Work {
	here := r.tok
	w := r.least(calls)
	if !r.done {
		r.tok = here
	}
	return w
}

func (r *Reader) least(calls func(Token) bool) Work {
	start := r.tok.Pos
	var w Work
	if !r.enter(start) {
		return w
	}
	switch isCall := r.tok.Kind == NameToken && calls(r.tok); {
	case r.Accept('{'):
		for !r.At('}') && !r.AtEnd() {
			w.add(r.least(calls))
		}
		r.expect('}')
	case r.acceptName("for"):
		for !r.atName("in") && !r.AtEnd() {
			r.next()
		}
		n := r.literalRounds()
		body := r.least(calls)
		w = Work{Calls: body.Rounds(n), GoesOn: body.GoesOn, Leaves: body.Leaves}
	default:
		if isCall {
			w.Calls = 1
		}
		r.passOver(&w)
	}
	r.Leave()
	w.Size = r.tok.Pos - start
	return w
}

// passOver goes to the end of a statement, which may hold others, and of any else, and
// notes the jumps in it.
func (r *Reader) passOver(w *Work) {
	for depth := 0; !r.AtEnd(); {
		w.GoesOn = w.GoesOn || r.atName("continue")
		w.Leaves = w.Leaves || r.atName("break") || r.atName("return") || r.atName("end")
		open, closed, semicolon := r.At('{'), r.At('}'), r.At(';')
		if closed && depth == 0 {
			return
		}
		r.next()
		switch {
		case open:
			depth++
		case closed:
			depth--
		}
		if depth == 0 && (closed || semicolon) && !r.atName("else") {
			return
		}
	}
}

// literalRounds passes over in and the values of a loop and counts them where they are
// [a:b] with plain numbers; else it is 0.
func (r *Reader) literalRounds() int {
	var ends [2]int
	r.next()
	start := r.tok
	plain := r.Accept('[')
	for i := range ends {
		text := ""
		if r.tok.Kind == IntegerToken {
			text = r.Text(r.tok)
		}
		v, err := strconv.Atoi(text)
		plain = plain && err == nil && v < MaxWork
		ends[i] = v
		if plain {
			r.next()
			plain = r.Accept([...]Symbol{':', ']'}[i])
		}
	}
	if plain {
		return max(0, ends[1]-ends[0]+1)
	}
	if !r.done {
		r.tok = start
	}
	for depth := 0; !r.AtEnd(); { // to the end of the brackets, or of a name
		switch {
		case r.At('[') || r.At('{'):
			depth++
		case r.At(']') || r.At('}'):
			depth--
		}
		if r.next(); depth <= 0 {
			break
		}
	}
	return 0
}
