package kernel

// keys is a set of keys that is emptied in no time: a slot counts only while
// it bears the set's own mark.
type keys struct {
	slots []keySlot
	mark  uint64
	n     int
}

type keySlot struct {
	key  int64
	mark uint64
}

// clear empties the set and makes room for n keys.
func (k *keys) clear(n int) {
	if 2*n > len(k.slots) {
		size := 256
		for size < 2*n {
			size *= 2
		}
		k.slots, k.mark = make([]keySlot, size), 0
	}
	k.mark++
	k.n = 0
}

// add adds a key and says whether it is new.
func (k *keys) add(key int64) bool {
	h := uint64(key) * 0x9e3779b97f4a7c15
	for i := h >> 32; ; i++ {
		s := &k.slots[i&uint64(len(k.slots)-1)]
		if s.mark != k.mark {
			*s = keySlot{key, k.mark}
			k.n++
			return true
		}
		if s.key == key {
			return false
		}
	}
}
