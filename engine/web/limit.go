//go:build duckdb_arrow

package web

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of how often anyone may ask. Zero values are the defaults.
type Limits struct {
	PerAddress float64 // requests a second of one address, on the long run; 0: 50
	Burst      int     // at once; 0: 200
	SignIns    int     // attempts to sign in a minute, of one address; 0: 5
}

// limiter counts by address. Addresses not seen for ten minutes are forgotten.
type limiter struct {
	mu    sync.Mutex
	by    map[string]*bucket
	limit rate.Limit
	burst int
	swept time.Time
}

type bucket struct {
	*rate.Limiter
	seen time.Time
}

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{by: map[string]*bucket{}, limit: rate.Limit(perSecond), burst: burst}
}

// wait is how long the address has to wait; 0 when it need not.
func (l *limiter) wait(address string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for k, b := range l.by {
			if now.Sub(b.seen) > 10*time.Minute {
				delete(l.by, k)
			}
		}
		l.swept = now
	}
	b := l.by[address]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(l.limit, l.burst)}
		l.by[address] = b
	}
	b.seen = now
	r := b.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d > 0 {
		r.CancelAt(now)
	}
	return d
}

// limited refuses who asks too often, by address: 429 with Retry-After.
func (a *App) limited(next http.Handler) http.Handler {
	o := a.opt.Limits
	if o.PerAddress == 0 {
		o.PerAddress = 50
	}
	if o.Burst == 0 {
		o.Burst = 200
	}
	if o.SignIns == 0 {
		o.SignIns = 5
	}
	all, signIns := newLimiter(o.PerAddress, o.Burst), newLimiter(float64(o.SignIns)/60, o.SignIns)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			address = r.RemoteAddr
		}
		now := time.Now()
		d := all.wait(address, now)
		if d == 0 && r.Method == http.MethodPost && r.URL.Path == "/sign-in" {
			d = signIns.wait(address, now)
		}
		if d > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(d/time.Second)+1))
			http.Error(w, "too many requests: wait a little and try again", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}
