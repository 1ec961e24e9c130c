package cohort

import "math/bits"

// people is a set of people by ordinal, 64 to a word.
type people []uint64

func none(n int) people { return make(people, (n+63)/64) }

func everyone(n int) people {
	return none(n).not(n)
}

func (p people) add(i int)      { p[i/64] |= 1 << (i % 64) }
func (p people) has(i int) bool { return p[i/64]>>(i%64)&1 == 1 }

func (p people) and(q people) people { return p.with(q, func(a, b uint64) uint64 { return a & b }) }
func (p people) or(q people) people  { return p.with(q, func(a, b uint64) uint64 { return a | b }) }
func (p people) without(q people) people {
	return p.with(q, func(a, b uint64) uint64 { return a &^ b })
}

func (p people) xor(q people) people { return p.with(q, func(a, b uint64) uint64 { return a ^ b }) }

// not is everyone else, of n.
func (p people) not(n int) people {
	out := make(people, len(p))
	for w := range p {
		out[w] = ^p[w]
	}
	if n%64 != 0 {
		out[len(out)-1] &= 1<<(n%64) - 1
	}
	return out
}

func (p people) with(q people, f func(a, b uint64) uint64) people {
	out := make(people, len(p))
	for w := range p {
		out[w] = f(p[w], q[w])
	}
	return out
}

// each calls f for every one of them in order.
func (p people) each(f func(i int)) {
	for w, word := range p {
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

// apart is how many people are in one of two sets and not in the other, those of
// the mask alone; most+1 where it is more than most.
func apart(p, q people, m mask, most int) int {
	n := 0
	for w := m.from; w < m.to; w++ {
		x := p[w] ^ q[w]
		if m.of != nil {
			x &= m.of[w]
		}
		if n += bits.OnesCount64(x); n > most {
			return most + 1
		}
	}
	return n
}

// mask is the people of one cell, and the words between which they lie. A nil of
// is everyone between.
type mask struct {
	of       people
	from, to int
}

func maskOf(p people) mask {
	m := mask{of: p, to: len(p)}
	for m.from < m.to && p[m.from] == 0 {
		m.from++
	}
	for m.to > m.from && p[m.to-1] == 0 {
		m.to--
	}
	return m
}
