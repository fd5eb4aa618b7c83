package synth

import (
	"math/bits"
	"math/rand/v2"
	"slices"

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

// cliffordSynthesis is the state of [Clifford].
type cliffordSynthesis struct {
	beside []uint64 // neighbours of each place
	rest   uint64   // places that are left
	table  *Tableau // of the inverse of what remains
	rng    *rand.Rand
	ops    []circuits.Op
	links  int
	tried  int // reductions

	scratch      tree
	spare, found []link
}

// Operator is a Clifford operator written in gates.
type Operator struct {
	// Ops are gates on one qubit and CZ between neighbours. Followed by moving the content of
	// place Final[k] to place k, they equal the operator up to a global phase.
	Ops   []circuits.Op
	Final []int
	// Reductions counts the steps of the search, for those who bound its work.
	Reductions int
}

// Clifford writes the operator whose inverse is t for places of which beside[k] has the
// neighbours of place k as bits. Among equal choices rng draws. It reports
// false if that takes more CZ than limit, or the places are not connected; then only
// Reductions is set.
//
// It brings one qubit after the other to a place whose loss leaves the rest connected, by the
// fewest gates that make both Pauli matrices of the qubit act there alone, and goes on without
// the place. Which qubit ends where is free. For linear operators with fixed places this is the
// elimination of Wu et al. 2019, arXiv:1910.14478.
func Clifford(t *Tableau, beside []uint64, limit int, rng *rand.Rand) (Operator, bool) {
	n := len(beside)
	p := &cliffordSynthesis{beside: beside, rest: uint64(1)<<n - 1, table: t.clone(), rng: rng}
	left := p.rest // qubits
	if !connected(p.rest, beside) {
		return Operator{}, false
	}
	final := make([]int, n)
	for left != 0 {
		qubit, place, links := p.choose(left)
		if p.links += len(links); p.links > limit {
			return Operator{Reductions: p.tried}, false
		}
		for _, l := range links {
			p.emit(l.gates())
		}
		p.toXZ(qubit, place)
		left &^= 1 << qubit
		p.rest &^= 1 << place
		final[qubit] = place
	}
	return Operator{Ops: p.ops, Final: final, Reductions: p.tried}, true
}

func (p *cliffordSynthesis) emit(ops []circuits.Op) {
	for _, op := range ops {
		p.table.Apply(op.Gate.Clifford(), op.Qubits...)
	}
	p.ops = append(p.ops, ops...)
}

// choose finds the qubit and place that take the fewest links; among equals the one
// that leaves the fewest letters, then one drawn. Qubits with few letters come first: the
// others need as many links as letters at least, and are soon ruled out.
func (p *cliffordSynthesis) choose(left uint64) (qubit, place int, links []link) {
	best, ties := [2]int{1 << 30, 0}, 0
	var ends []int
	for places := p.rest; places != 0; places &= places - 1 {
		if v := bits.TrailingZeros64(places); connected(p.rest&^(1<<v), p.beside) {
			ends = append(ends, v)
		}
	}
	for _, u := range p.lightestFirst(left) {
		for _, v := range ends {
			found, ok := p.reduce(u, v, best[0])
			if !ok {
				continue
			}
			score := [2]int{len(found), p.after(found)}
			switch {
			case score[0] < best[0] || score[0] == best[0] && score[1] < best[1]:
				best, ties, qubit, place, links = score, 1, u, v, append(links[:0], found...)
			case score == best:
				if ties++; p.rng.IntN(ties) == 0 {
					qubit, place, links = u, v, append(links[:0], found...)
				}
			}
		}
	}
	return qubit, place, links
}

// lightestFirst lists qubits in the ascending order of the places that they act on.
func (p *cliffordSynthesis) lightestFirst(left uint64) []int {
	var out []int
	for ; left != 0; left &= left - 1 {
		out = append(out, bits.TrailingZeros64(left))
	}
	weight := func(u int) int { return bits.OnesCount64(p.table.x[u].support() | p.table.z[u].support()) }
	slices.SortStableFunc(out, func(a, b int) int { return weight(a) - weight(b) })
	return out
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
func (p *cliffordSynthesis) after(links []link) int {
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
// alone, at most limit of them. They are good until the next call.
func (p *cliffordSynthesis) reduce(u, v, limit int) ([]link, bool) {
	x, z := p.table.x[u], p.table.z[u]
	y := pauli{x: x.x ^ z.x, z: x.z ^ z.z}
	if bits.OnesCount64((x.support()|z.support())&^(1<<v)) > limit {
		return nil, false
	}
	p.tried++
	found := false
	for _, pair := range [3][2]pauli{{x, z}, {z, x}, {y, x}} {
		r := reduction{cliffordSynthesis: p, first: pair[0], second: pair[1], links: p.spare[:0], limit: limit}
		if r.gather(&r.first, &r.second, v, 0) && r.gather(&r.second, &r.first, v, r.first.letter(v)) {
			found, limit = true, len(r.links)-1
			p.spare, p.found = p.found, r.links
		} else {
			p.spare = r.links
		}
	}
	return p.found, found
}

// reduction collects links for two anticommuting operators, at most limit.
type reduction struct {
	*cliffordSynthesis

	first, second pauli
	links         []link
	limit         int
}

func (r *reduction) add(l link) {
	l.act(&r.first)
	l.act(&r.second)
	r.links = append(r.links, l)
}

// gather moves all letters of a to place v along a tree, from its leaves. Of the
// links that do so it takes those that leave the fewest letters of b. A keep other
// than 0 is the letter of b on v, which stays the only one. It reports false where that
// takes too many links.
func (r *reduction) gather(a, b *pauli, v int, keep uint8) bool {
	t := r.tree(a.support(), v)
	needed := uint64(0)
	for i := t.n - 1; i > 0; i-- {
		w := int(t.from[i])
		if a.letter(w) == 0 && needed>>w&1 == 0 {
			continue
		}
		up := int(t.parent[w])
		needed |= 1 << up
		if a.letter(up) == 0 {
			r.add(r.lightest(b, w, up, other(a.letter(w)), [3]uint8{letterX, letterZ, letterY}))
		}
		options := other(a.letter(up))
		if up == v && keep != 0 {
			options = [3]uint8{keep}
		}
		r.add(r.lightest(b, up, w, options, [3]uint8{a.letter(w)}))
		if len(r.links) > r.limit {
			return false
		}
	}
	return len(r.links) <= r.limit
}

// other lists the letters that anticommute with one, and then 0.
func other(letter uint8) [3]uint8 {
	switch letter {
	case letterX:
		return [3]uint8{letterZ, letterY}
	case letterZ:
		return [3]uint8{letterX, letterY}
	}
	return [3]uint8{letterX, letterZ}
}

// lightest is the link between a and b, with one of each list of letters, that
// leaves the fewest letters of p.
func (r *reduction) lightest(p *pauli, a, b int, lettersA, lettersB [3]uint8) link {
	var best link
	least := 1 << 30
	for _, la := range lettersA {
		for _, lb := range lettersB {
			if la == 0 || lb == 0 {
				continue
			}
			l, c := link{a, b, la, lb}, *p
			l.act(&c)
			if n := bits.OnesCount64(c.support()); n < least {
				best, least = l, n
			}
		}
	}
	return best
}

// tree is the places in the order of their distance from one, and the parent of each.
type tree struct {
	n            int
	from, parent [64]uint8
}

// tree connects the places that are left to v by shortest paths, where a place outside of
// support counts twice. It is good until the next call.
func (p *cliffordSynthesis) tree(support uint64, v int) *tree {
	t := &p.scratch
	t.n = 0
	var distance [64]uint8 // at most 2·63
	var at [130]uint64     // places by their distance
	at[0] = 1 << v
	open, seen := p.rest, uint64(1)<<v
	for d := 0; open != 0 && d < len(at); d++ {
		for next := at[d] & open; next != 0; next &= next - 1 {
			w := bits.TrailingZeros64(next)
			open &^= 1 << w
			t.from[t.n] = uint8(w) //nolint:gosec // below 64
			t.n++
			for o := p.beside[w] & open; o != 0; o &= o - 1 {
				k := bits.TrailingZeros64(o)
				reach := d + 2 - int(support>>k&1)
				if seen>>k&1 == 1 && reach >= int(distance[k]) {
					continue
				}
				seen |= 1 << k
				distance[k], t.parent[k] = uint8(reach), uint8(w) //nolint:gosec // below 130 and 64
				at[reach] |= 1 << k
			}
		}
	}
	return t
}

// toXZ turns the Pauli matrices of a qubit that act on one place into X and Z.
func (p *cliffordSynthesis) toXZ(qubit, place int) {
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
