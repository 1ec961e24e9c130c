package boost

import (
	"sync"
	"sync/atomic"
)

// parallel calls f for each of n items on up to threads goroutines, and tells
// f which of them it is. Items must not depend on each other, and f must not
// reduce across items: that is what keeps results free of the thread count.
func parallel(n, threads int, f func(worker, item int)) {
	if threads > n {
		threads = n
	}
	if threads <= 1 {
		for i := range n {
			f(0, i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	work := func(worker int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			f(worker, i)
		}
	}
	for k := 1; k < threads; k++ {
		wait.Go(func() { work(k) })
	}
	work(0)
	wait.Wait()
}
