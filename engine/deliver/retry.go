package deliver

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"leftshift/engine"
)

// Retries bounds how often something is sent. The zero value is five times in
// all, a second after the first failure, and twice as long after each next.
type Retries struct {
	Attempts int                                        // in all; 0: 5
	First    time.Duration                              // before the second; 0: a second
	Longest  time.Duration                              // between any two, whatever the other side asks; 0: a minute
	Wait     func(context.Context, time.Duration) error // nil: by the clock, until the context ends
}

func (r Retries) orDefault() Retries {
	if r.Attempts <= 0 {
		r.Attempts = 5
	}
	if r.First <= 0 {
		r.First = time.Second
	}
	if r.Longest <= 0 {
		r.Longest = time.Minute
	}
	if r.Wait == nil {
		r.Wait = func(ctx context.Context, d time.Duration) error {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-t.C:
				return nil
			}
		}
	}
	return r
}

// again is a failure that may pass.
type again struct {
	error
	after time.Duration // that the other side asks for; 0: it does not say
}

func (a again) Unwrap() error { return a.error }

// run tries until it is done, it failed for good, or the attempts are used up.
func (r Retries) run(ctx context.Context, try func() error) error {
	r = r.orDefault()
	wait := r.First
	for n := 1; ; n++ {
		err := try()
		var passing again
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &passing):
			return err
		case n == r.Attempts || ctx.Err() != nil:
			return passing.error
		}
		if err := r.Wait(ctx, min(max(wait, passing.after), r.Longest)); err != nil {
			return passing.error
		}
		wait *= 2
	}
}

// client gives a client that follows nobody elsewhere.
func client(c *http.Client) *http.Client {
	out := http.Client{Timeout: 30 * time.Second}
	if c != nil {
		out = *c
	}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &out
}

// passes says whether a status is of a failure that may pass.
func passes(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooEarly || status == http.StatusTooManyRequests || status >= 500 && status != http.StatusNotImplemented
}

// after reads Retry-After in seconds; 0 where it says nothing, or a date.
func after(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 || n > 86400 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// address refuses what is not https, but on this machine, and what has a name
// and password in it.
func address(what, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	fault := func(say string) error {
		return &engine.Fault{Code: "address", Say: "the address of " + what + " " + say}
	}
	switch {
	case err != nil || u.Host == "":
		return nil, fault("cannot be read: give one that begins with https://")
	case u.User != nil:
		return nil, fault("has a name or password in it: give them in a file")
	case u.Scheme == "https":
		return u, nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return u, nil
	}
	return nil, fault("is not https, and not on this machine")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
