//go:build duckdb_arrow

package web

import (
	"crypto/sha256"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of how often anyone may ask. Zero values are the defaults.
type Limits struct {
	PerSession float64 // requests a second of one session, on the long run; 0: 20
	PerAddress float64 // and of one address, behind which many people may be; 0: 500
	Burst      float64 // seconds' worth that may come at once; 0: 3
	SignIns    int     // attempts to sign in a minute, of one address; 0: 5
	// Proxies are addresses whose word is taken for where a request came from
	// (the last of X-Forwarded-For that is none of them).
	Proxies []string
}

func (l Limits) orDefault() Limits {
	if l.PerSession == 0 {
		l.PerSession = 20
	}
	if l.PerAddress == 0 {
		l.PerAddress = 500
	}
	if l.Burst == 0 {
		l.Burst = 3
	}
	if l.SignIns == 0 {
		l.SignIns = 5
	}
	return l
}

// address is where a request came from.
func (l Limits) address(r *http.Request) string {
	at, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		at = r.RemoteAddr
	}
	if !slices.Contains(l.Proxies, at) {
		return at
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, s := range slices.Backward(said) {
		if s = strings.TrimSpace(s); net.ParseIP(s) != nil && !slices.Contains(l.Proxies, s) {
			return s
		}
	}
	return at
}

// limiter counts by key: an address or a session. Keys not seen for ten minutes are forgotten.
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

// wait is how long the key has to wait; 0 when it need not.
func (l *limiter) wait(key string, now time.Time) time.Duration {
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
	b := l.by[key]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(l.limit, l.burst)}
		l.by[key] = b
	}
	b.seen = now
	r := b.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d > 0 {
		r.CancelAt(now)
	}
	return d
}

// limited refuses who asks too often, by session and by address: 429 with
// Retry-After.
func (a *App) limited(next http.Handler) http.Handler {
	o := a.opt.Limits.orDefault()
	burst := func(perSecond float64) int { return max(1, int(perSecond*o.Burst)) }
	addresses, sessions := newLimiter(o.PerAddress, burst(o.PerAddress)), newLimiter(o.PerSession, burst(o.PerSession))
	signIns := newLimiter(float64(o.SignIns)/60, o.SignIns)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now, address := time.Now(), o.address(r)
		d := addresses.wait(address, now)
		if session := a.gate.Session(r); session != "" && d == 0 {
			sum := sha256.Sum256([]byte(session))
			d = sessions.wait(string(sum[:]), now)
		}
		if d == 0 && r.Method == http.MethodPost && r.URL.Path == "/sign-in" {
			d = signIns.wait(address, now)
		}
		if d > 0 {
			tooOften(w, r, d)
			return
		}
		next.ServeHTTP(w, r)
	})
}
