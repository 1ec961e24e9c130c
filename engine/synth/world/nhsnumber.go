package world

// Numbers gives person i the synthetic NHS number that no one else has: first
// the 909,091 numbers that begin with 999 and pass the Modulus 11 check, then
// those that begin with 998, 997 and so on, which are never issued either. The
// order is scattered, so that a number does not tell the person's place.
type Numbers struct {
	block int
	valid []uint32 // the six digits after the prefix that have a check digit
}

// checkDigit returns the Modulus 11 check digit of nine digits, or 10 when there
// is none (NHS Data Dictionary, NHS NUMBER).
func checkDigit(nine []byte) int {
	s := 0
	for i := 0; i < 9; i++ {
		s += int(nine[i]-'0') * (10 - i)
	}
	c := 11 - s%11
	if c == 11 {
		c = 0
	}
	return c
}

func digits(b []byte, n uint32) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

func (n *Numbers) load(block int) {
	if n.valid != nil && n.block == block {
		return
	}
	n.block = block
	n.valid = n.valid[:0]
	var d [9]byte
	digits(d[:3], uint32(999-block))
	for x := uint32(0); x < 1_000_000; x++ {
		digits(d[3:], x)
		if checkDigit(d[:]) < 10 {
			n.valid = append(n.valid, x)
		}
	}
}

// smallestBlock is the least count of valid numbers under any three-digit
// prefix, so that blocks are of equal size.
const smallestBlock = 909_090

// Of returns the ten digits of person i's number. i must be at least 0 and below
// 90 blocks (81 million).
func (n *Numbers) Of(i int) [10]byte {
	block, size := 0, smallestBlock+1 // 999 has 909,091
	if i >= size {
		block = 1 + (i-size)/smallestBlock
		i = (i - size) % smallestBlock
		size = smallestBlock
	}
	n.load(block)
	rank := int((uint64(i)*514_229 + 271_828) % uint64(size)) // 514229 is prime: a permutation
	var d [10]byte
	digits(d[:3], uint32(999-block))
	digits(d[3:9], n.valid[rank])
	d[9] = byte('0' + checkDigit(d[:9]))
	return d
}

// spoil changes one digit so that the number fails the check.
func spoil(d [10]byte, at int) [10]byte {
	d[at] = '0' + (d[at]-'0'+1)%10
	return d
}
