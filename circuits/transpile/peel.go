package transpile

import (
	"math/bits"
	"math/rand/v2"

	"github.com/qnn-go/qnn/circuits"
)

// Letters of a Pauli matrix.
const (
	letterX = 1
	letterZ = 2
	letterY = 3
)

// link is a controlled Pauli gate between neighbours: −1 where both of its Pauli
// matrices are −1. It multiplies what anticommutes with one by the other.
type link struct {
	a, b             int
	letterA, letterB uint8
}

func (l link) act(p *pauli) {
	onA, onB := p.anticommutes(l.a, l.letterA), p.anticommutes(l.b, l.letterB)
	if onA {
		p.times(l.b, l.letterB)
	}
	if onB {
		p.times(l.a, l.letterA)
	}
}

// gates writes l as a CZ between changes of basis.
func (l link) gates() []circuits.Op {
	var out []circuits.Op
	add := func(g circuits.Gate, q ...int) { out = append(out, circuits.Op{Gate: g, Qubits: q}) }
	for k, q := range []int{l.a, l.b} {
		switch [2]uint8{l.letterA, l.letterB}[k] {
		case letterY:
			add(circuits.GateSdg, q)
			add(circuits.GateH, q)
		case letterX:
			add(circuits.GateH, q)
		}
	}
	before := len(out)
	add(circuits.GateCZ, l.a, l.b)
	for i := before - 1; i >= 0; i-- {
		inverse, _ := out[i].Inverse()
		out = append(out, inverse)
	}
	return out
}

// peeler writes a Clifford operator as gates between neighbours: it brings one
// qubit after the other to a place whose loss leaves the rest connected, by the
// fewest gates that make both Pauli matrices of the qubit act there alone, and
// goes on without the place. Which qubit ends where is free. For linear operators
// with fixed places this is the elimination of Wu et al. 2019, arXiv:1910.14478.
type peeler struct {
	beside []uint64 // neighbours of each place
	rest   uint64   // places that are left
	table  *tableau // of the inverse of what remains
	rng    *rand.Rand
	ops    []circuits.Op
	links  int
}

// peel writes the operator with the inverse t. It returns gates that, followed by
// moving the content of place final[k] to place k, equal the operator up to a
// global phase. It reports
// false if that takes more links than limit, or the places are not connected.
func peel(t *tableau, beside []uint64, limit int, rng *rand.Rand) (ops []circuits.Op, final []int, ok bool) {
	n := len(beside)
	p := &peeler{beside: beside, rest: uint64(1)<<n - 1, table: t.clone(), rng: rng}
	left := p.rest // qubits
	if !connected(p.rest, beside) {
		return nil, nil, false
	}
	final = make([]int, n)
	for left != 0 {
		qubit, place, links := p.choose(left)
		if p.links += len(links); p.links > limit {
			return nil, nil, false
		}
		for _, l := range links {
			p.emit(l.gates())
		}
		p.settle(qubit, place)
		left &^= 1 << qubit
		p.rest &^= 1 << place
		final[qubit] = place
	}
	return p.ops, final, true
}

func (p *peeler) emit(ops []circuits.Op) {
	for _, op := range ops {
		p.table.apply(op.Gate, op.Qubits...)
	}
	p.ops = append(p.ops, ops...)
}

// choose finds the qubit and place that take the fewest links; among equals the one
// that leaves the fewest letters, then one drawn.
func (p *peeler) choose(left uint64) (qubit, place int, links []link) {
	best, ties := [2]int{1 << 30, 0}, 0
	for places := p.rest; places != 0; places &= places - 1 {
		v := bits.TrailingZeros64(places)
		if !connected(p.rest&^(1<<v), p.beside) {
			continue
		}
		for qubits := left; qubits != 0; qubits &= qubits - 1 {
			u := bits.TrailingZeros64(qubits)
			found := p.reduce(u, v, best[0])
			if found == nil {
				continue
			}
			score := [2]int{len(found), p.after(found)}
			switch {
			case score[0] < best[0] || score[0] == best[0] && score[1] < best[1]:
				best, ties, qubit, place, links = score, 1, u, v, found
			case score == best:
				if ties++; p.rng.IntN(ties) == 0 {
					qubit, place, links = u, v, found
				}
			}
		}
	}
	return qubit, place, links
}

// connected reports whether the places are.
func connected(places uint64, beside []uint64) bool {
	seen := places & -places
	for frontier := seen; frontier != 0; {
		next := uint64(0)
		for f := frontier; f != 0; f &= f - 1 {
			next |= beside[bits.TrailingZeros64(f)]
		}
		frontier = next & places &^ seen
		seen |= frontier
	}
	return seen == places
}

// after is the weight of the tableau behind the links.
func (p *peeler) after(links []link) int {
	n := 0
	p.table.each(func(q *pauli) {
		c := *q
		for _, l := range links {
			l.act(&c)
		}
		n += bits.OnesCount64(c.support())
	})
	return n
}

// reduce finds links after which both Pauli matrices of qubit u act on place v
// alone, at most limit of them, or nil.
func (p *peeler) reduce(u, v, limit int) []link {
	x, z := p.table.x[u], p.table.z[u]
	y := pauli{x: x.x ^ z.x, z: x.z ^ z.z}
	if bits.OnesCount64((x.support()|z.support())&^(1<<v)) > limit {
		return nil
	}
	var best []link
	for _, pair := range [3][2]pauli{{x, z}, {z, x}, {y, x}} {
		r := reduction{peeler: p, first: pair[0], second: pair[1], links: []link{}}
		r.gather(&r.first, &r.second, v, 0)
		r.gather(&r.second, &r.first, v, r.first.letter(v))
		if len(r.links) <= limit && (best == nil || len(r.links) < len(best)) {
			best = r.links
		}
	}
	return best
}

// reduction collects links for two anticommuting operators.
type reduction struct {
	*peeler

	first, second pauli
	links         []link
}

func (r *reduction) add(l link) {
	l.act(&r.first)
	l.act(&r.second)
	r.links = append(r.links, l)
}

// gather moves all letters of a to place v along a tree, from its leaves. Of the
// links that do so it takes those that leave the fewest letters of b. A keep other
// than 0 is the letter of b on v, which stays the only one.
func (r *reduction) gather(a, b *pauli, v int, keep uint8) {
	parent, from := r.tree(*a, v)
	needed := uint64(0)
	for i := len(from) - 1; i > 0; i-- {
		w := from[i]
		if a.letter(w) == 0 && needed>>w&1 == 0 {
			continue
		}
		up := parent[w]
		needed |= 1 << up
		if a.letter(up) == 0 {
			r.add(r.lightest(b, w, up, other(a.letter(w)), []uint8{letterX, letterZ, letterY}))
		}
		options := other(a.letter(up))
		if up == v && keep != 0 {
			options = []uint8{keep}
		}
		r.add(r.lightest(b, up, w, options, []uint8{a.letter(w)}))
	}
}

// other lists the letters that anticommute with one.
func other(letter uint8) []uint8 {
	switch letter {
	case letterX:
		return []uint8{letterZ, letterY}
	case letterZ:
		return []uint8{letterX, letterY}
	}
	return []uint8{letterX, letterZ}
}

// lightest is the link between a and b, with one of each list of letters, that
// leaves the fewest letters of p.
func (r *reduction) lightest(p *pauli, a, b int, lettersA, lettersB []uint8) link {
	var best link
	least := 1 << 30
	for _, la := range lettersA {
		for _, lb := range lettersB {
			l, c := link{a, b, la, lb}, *p
			l.act(&c)
			if n := bits.OnesCount64(c.support()); n < least {
				best, least = l, n
			}
		}
	}
	return best
}

// tree connects the places that are left to v by shortest paths, where a place
// without a letter of p counts twice. It returns the parents, and the places in the
// order of their distance.
func (p *peeler) tree(of pauli, v int) (parent, from []int) {
	n := len(p.beside)
	parent = make([]int, n)
	distance := make([]int, n)
	for w := range distance {
		distance[w] = 1 << 30
	}
	distance[v] = 0
	for open := p.rest; open != 0; {
		w, best := -1, 1<<30
		for o := open; o != 0; o &= o - 1 {
			if k := bits.TrailingZeros64(o); distance[k] < best {
				w, best = k, distance[k]
			}
		}
		open &^= 1 << w
		from = append(from, w)
		for o := p.beside[w] & open; o != 0; o &= o - 1 {
			k := bits.TrailingZeros64(o)
			step := 2
			if of.letter(k) != 0 {
				step = 1
			}
			if d := best + step; d < distance[k] {
				distance[k], parent[k] = d, w
			}
		}
	}
	return parent, from
}

// settle turns the Pauli matrices of a qubit that act on one place into X and Z.
func (p *peeler) settle(qubit, place int) {
	add := func(g circuits.Gate) { p.emit([]circuits.Op{{Gate: g, Qubits: []int{place}}}) }
	letters := func() (x, z uint8) { return p.table.x[qubit].letter(place), p.table.z[qubit].letter(place) }
	if x, _ := letters(); x == letterY {
		add(circuits.GateS)
	}
	if x, _ := letters(); x == letterZ {
		add(circuits.GateH)
	}
	if _, z := letters(); z == letterY { // √X turns Y into Z and leaves X
		add(circuits.GateSX)
	}
	if p.table.x[qubit].neg {
		add(circuits.GateZ)
	}
	if p.table.z[qubit].neg {
		add(circuits.GateX)
	}
}
