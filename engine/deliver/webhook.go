package deliver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"leftshift/engine"
)

// Webhook is an address that is told when lists are ready. It signs as the
// Standard Webhooks specification says: the headers webhook-id,
// webhook-timestamp and webhook-signature, the last "v1," and the base64 of
// HMAC-SHA-256 over id, timestamp and body, with a full stop between.
type Webhook struct {
	Address string // https, but on this machine
	Secret  []byte // at least 32 bytes
	Client  *http.Client
	Now     func() time.Time // nil: time.Now
	Retries Retries
}

// Send tells that a list is ready. The same id is the same message, which a
// receiver takes once: give what names the list and the night.
func (h Webhook) Send(ctx context.Context, id string, n Notice) error {
	if err := n.check(); err != nil {
		return err
	}
	if len(h.Secret) < 32 {
		return &engine.Fault{Code: "webhook-secret", Say: "the webhook's secret needs at least 32 bytes: make one with `leftshift keygen`"}
	}
	if _, err := address("the webhook", h.Address); err != nil {
		return err
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	body, err := json.Marshal(struct {
		Type string `json:"type"`
		Team string `json:"team"`
		Link string `json:"link"`
	}{"list.ready", n.Team, n.Link})
	if err != nil {
		return err
	}
	id = uuid("webhook", id, n.Team)
	to := client(h.Client)
	return h.Retries.run(ctx, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.Address, bytes.NewReader(body))
		if err != nil {
			return err
		}
		at := strconv.FormatInt(h.Now().Unix(), 10) // of this attempt: an old one is refused as a replay
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Webhook-Id", id)
		req.Header.Set("Webhook-Timestamp", at)
		req.Header.Set("Webhook-Signature", "v1,"+signature(h.Secret, id, at, body))
		answer, err := to.Do(req)
		if err != nil {
			return again{error: &engine.Fault{Code: "webhook-unreachable", Say: "the webhook's address did not answer: check that it is right and can be reached from here", Err: err}}
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
		if answer.StatusCode >= 200 && answer.StatusCode < 300 {
			return nil
		}
		f := &engine.Fault{Code: "webhook-refused", Say: fmt.Sprintf("the webhook's address answered %d: ask whoever runs it", answer.StatusCode)}
		if passes(answer.StatusCode) {
			return again{f, after(answer.Header)}
		}
		return f
	})
}

func signature(secret []byte, id, at string, body []byte) string {
	m := hmac.New(sha256.New, secret)
	fmt.Fprintf(m, "%s.%s.", id, at)
	m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}
