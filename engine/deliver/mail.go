package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"leftshift/engine"
)

// Relay is the mail server that takes this site's mail. Nobody's data is in
// what is sent, and it is still encrypted on the way, but on this machine.
type Relay struct {
	Address string // host and port
	From    string // address of the sender
	Auth    smtp.Auth
	TLS     *tls.Config      // nil: the system's roots, and the host's name
	Now     func() time.Time // nil: time.Now
	Retries Retries
}

// mailTakes is the longest that one attempt takes.
const mailTakes = time.Minute

// Send tells people by mail that a team's list is ready. The same id is the
// same message.
func (r Relay) Send(ctx context.Context, id string, to []string, n Notice) error {
	if err := n.check(); err != nil {
		return err
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	from, err := one(r.From)
	if err != nil {
		return err
	}
	var all []string
	for _, t := range to {
		a, err := one(t)
		if err != nil {
			return err
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return &engine.Fault{Code: "mail-address", Say: "nobody is to be told: give the team's addresses"}
	}
	text := r.text(id, from, n)
	return r.Retries.run(ctx, func() error { return r.try(ctx, from, all, text) })
}

// one is a bare address.
func one(text string) (string, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsAny(a.Address, "\r\n<> ") {
		return "", &engine.Fault{Code: "mail-address", Say: "an e-mail address in the configuration cannot be read: write it as name@example.org"}
	}
	return a.Address, nil
}

// text is the message. Its header is made of words that have no line in them:
// check saw to that.
func (r Relay) text(id, from string, n Notice) []byte {
	_, host, _ := strings.Cut(from, "@")
	lines := []string{
		"From: <" + from + ">",
		"To: undisclosed-recipients:;",
		"Subject: " + mime.QEncoding.Encode("utf-8", "The list of "+n.Team+" is ready"),
		"Date: " + r.Now().UTC().Format(time.RFC1123Z),
		"Message-ID: <" + uuid("mail", id, n.Team) + "@" + host + ">",
		"Auto-Submitted: auto-generated",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: 8bit",
		"",
		"The list of " + n.Team + " is ready.",
		"",
		"Sign in to open it: " + n.Link,
		"",
	}
	return []byte(strings.Join(lines, "\r\n"))
}

// try hands the message over once.
func (r Relay) try(ctx context.Context, from string, to []string, text []byte) error {
	host, _, err := net.SplitHostPort(r.Address)
	if err != nil {
		return &engine.Fault{Code: "mail-relay", Say: "the mail relay needs a host and a port, such as relay.example.org:587", Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, mailTakes)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.Address)
	if err != nil {
		return again{error: &engine.Fault{Code: "mail-unreachable", Say: "the mail relay does not answer: check its address, and that it can be reached from here", Err: err}}
	}
	defer conn.Close()
	until, _ := ctx.Deadline()
	_ = conn.SetDeadline(until)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return refused(err)
	}
	defer c.Close()
	if ok, _ := c.Extension("STARTTLS"); ok {
		conf := &tls.Config{}
		if r.TLS != nil {
			conf = r.TLS.Clone()
		}
		conf.ServerName, conf.MinVersion = host, tls.VersionTLS12
		if err := c.StartTLS(conf); err != nil {
			return &engine.Fault{Code: "mail-relay", Say: "the mail relay's encryption cannot be trusted: check its certificate", Err: err}
		}
	} else if !loopback(host) {
		return &engine.Fault{Code: "mail-relay", Say: "the mail relay offers no encryption (STARTTLS), and is not on this machine: use one that does"}
	}
	if r.Auth != nil {
		if err := c.Auth(r.Auth); err != nil {
			return refused(err)
		}
	}
	if err := c.Mail(from); err != nil {
		return refused(err)
	}
	for _, t := range to {
		if err := c.Rcpt(t); err != nil {
			return refused(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return refused(err)
	}
	if _, err := w.Write(text); err != nil {
		return refused(err)
	}
	if err := w.Close(); err != nil {
		return refused(err)
	}
	_ = c.Quit() // it is theirs by now
	return nil
}

// refused tells a refusal for good from one that may pass (4xx, or a line that
// broke). The relay's words may name the recipient, and are not repeated.
func refused(err error) error {
	var p *textproto.Error
	switch {
	case errors.As(err, &p):
		f := &engine.Fault{Code: "mail-refused", Say: fmt.Sprintf("the mail relay answered %d: ask whoever runs it", p.Code)}
		if p.Code >= 400 && p.Code < 500 {
			return again{error: f}
		}
		return f
	case errors.Is(err, io.EOF) || errors.As(err, new(net.Error)):
		return again{error: &engine.Fault{Code: "mail-unreachable", Say: "the mail relay broke off: it is tried again", Err: err}}
	}
	return &engine.Fault{Code: "mail-relay", Say: "the mail relay was not understood: check that it is one", Err: err}
}
