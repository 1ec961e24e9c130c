package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"leftshift/engine"
)

// algorithms that may sign: never none, never one whose key the verifier shares.
var algorithms = []string{oidc.RS256, oidc.ES256, oidc.PS256}

// issuer talks to the identity provider. Its discovery document is read when it
// is first needed, so that a server starts while the provider is away.
type issuer struct {
	c  Config
	mu sync.Mutex
	p  *oidc.Provider
	o  oauth2.Config
	v  *oidc.IDTokenVerifier

	end *url.URL // where sessions are ended; nil: the provider has no such page
}

func (i *issuer) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, i.c.HTTP)
}

// ready reads the discovery document, once it can be read.
func (i *issuer) ready(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.p != nil {
		return nil
	}
	p, err := oidc.NewProvider(i.context(ctx), i.c.Issuer)
	if err != nil {
		return &engine.Fault{Code: "issuer-unreachable", Say: "the identity provider does not answer, or is not the one configured: try again in a minute", Err: err}
	}
	var d struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
		End     string   `json:"end_session_endpoint"`
	}
	if err := p.Claims(&d); err != nil {
		return &engine.Fault{Code: "issuer-unreachable", Say: "the identity provider's description of itself cannot be read: try again in a minute", Err: err}
	}
	end := p.Endpoint()
	// Said, not tried out: a code is good once.
	end.AuthStyle = oauth2.AuthStyleInHeader
	if i.c.ClientKey != nil || len(d.Methods) > 0 && !slices.Contains(d.Methods, "client_secret_basic") {
		end.AuthStyle = oauth2.AuthStyleInParams
	}
	i.o = oauth2.Config{ClientID: i.c.ClientID, ClientSecret: i.c.ClientSecret, Endpoint: end, RedirectURL: i.c.RedirectURL, Scopes: i.c.scopes()}
	i.v = p.Verifier(&oidc.Config{ClientID: i.c.ClientID, SupportedSigningAlgs: algorithms, Now: i.c.Now})
	i.end = i.endpoint(d.End)
	i.p = p
	return nil
}

// url is where the browser goes to sign in.
func (i *issuer) url(ctx context.Context, a attempt) (string, error) {
	if err := i.ready(ctx); err != nil {
		return "", err
	}
	with := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce()), oauth2.S256ChallengeOption(a.verifier())}
	if i.c.Kind == CIS2 {
		acr := "AAL2_OR_AAL3_ANY"
		if i.c.MinAuthentication == 3 {
			acr = "AAL3_ANY"
		}
		with = append(with, oauth2.SetAuthURLParam("acr_values", acr))
	}
	if i.c.SelectedRole {
		with = append(with, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return i.o.AuthCodeURL(a.state, with...), nil
}

// identify turns the code that a browser brought back into an identity. began
// is the moment at which that sign-in began.
func (i *issuer) identify(ctx context.Context, code string, a attempt, began time.Time) (Identity, error) {
	if err := i.ready(ctx); err != nil {
		return Identity{}, err
	}
	ctx = i.context(ctx)
	with := []oauth2.AuthCodeOption{oauth2.VerifierOption(a.verifier())}
	if key := i.c.ClientKey; key != nil {
		text, err := key.assertion(i.c.ClientID, i.o.Endpoint.TokenURL, i.c.Now())
		if err != nil {
			return Identity{}, &engine.Fault{Code: "client-key", Say: "this application cannot sign with its client key: tell whoever runs this installation", Err: err}
		}
		with = append(with, oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), oauth2.SetAuthURLParam("client_assertion", text))
	}
	t, err := i.o.Exchange(ctx, code, with...)
	if err != nil {
		return Identity{}, &engine.Fault{Code: "sign-in-exchange", Say: "the identity provider did not accept this sign-in: begin again", Err: short(err)}
	}
	raw, _ := t.Extra("id_token").(string)
	claims, err := i.verify(ctx, raw, t.AccessToken, a.nonce(), began)
	if err != nil {
		return Identity{}, err
	}
	var out Identity
	if i.c.Kind == Entra {
		out, err = fromEntra(i.c, claims)
	} else {
		var info json.RawMessage
		if info, err = i.userInfo(ctx, t); err == nil {
			out, err = fromCIS2(i.c, claims, info)
		}
	}
	out.Issuer = i.c.Issuer
	if i.end != nil {
		out.Hint = raw
	}
	return out, err
}

// verify holds an ID token to everything that it must be.
func (i *issuer) verify(ctx context.Context, raw, accessToken, nonce string, began time.Time) (idClaims, error) {
	bad := func(err error) error {
		return &engine.Fault{Code: "sign-in-token", Say: "the identity provider's answer could not be trusted: begin again, and report it if it happens twice", Err: err}
	}
	t, err := i.v.Verify(ctx, raw)
	if err != nil {
		return idClaims{}, bad(err)
	}
	if subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(nonce)) != 1 {
		return idClaims{}, bad(errors.New("another nonce"))
	}
	now := i.c.Now()
	if t.IssuedAt.After(now.Add(leeway)) || t.IssuedAt.Before(now.Add(-attemptLasts)) {
		return idClaims{}, bad(errors.New("issued in the future, or long ago"))
	}
	if t.AccessTokenHash != "" {
		if err := t.VerifyAccessToken(accessToken); err != nil {
			return idClaims{}, bad(err)
		}
	}
	var payload json.RawMessage
	if err := t.Claims(&payload); err != nil {
		return idClaims{}, bad(err)
	}
	c, err := parseIDClaims(payload)
	if err != nil {
		return idClaims{}, err
	}
	if c.Party != "" && c.Party != i.c.ClientID || c.Party == "" && len(t.Audience) > 1 {
		return idClaims{}, bad(errors.New("authorised for another client"))
	}
	// prompt=login asked for a new authentication: an older one means that the
	// question was changed on the way.
	if i.c.SelectedRole && c.AuthTime != 0 && int64(c.AuthTime) < began.Add(-leeway).Unix() {
		return idClaims{}, bad(errors.New("authenticated before this sign-in began"))
	}
	return c, nil
}

func (i *issuer) userInfo(ctx context.Context, t *oauth2.Token) (json.RawMessage, error) {
	var info json.RawMessage
	u, err := i.p.UserInfo(ctx, oauth2.StaticTokenSource(t))
	if err == nil {
		err = u.Claims(&info)
	}
	if err != nil {
		return nil, &engine.Fault{Code: "sign-in-user-info", Say: "the identity provider did not say which roles you have: begin again", Err: errors.New("user info response refused or unreadable")}
	}
	return info, nil
}

// logoutToken verifies a back-channel logout token.
func (i *issuer) logoutToken(ctx context.Context, raw string) (*oidc.LogoutToken, error) {
	if err := i.ready(ctx); err != nil {
		return nil, err
	}
	t, err := i.v.VerifyLogout(i.context(ctx), raw)
	now := i.c.Now()
	if err == nil && (t.IssuedAt.After(now.Add(leeway)) || t.IssuedAt.Before(now.Add(-attemptLasts)) || t.Expiry.After(now.Add(24*time.Hour))) {
		err = errors.New("issued in the future or long ago, or lasting too long")
	}
	if err != nil {
		return nil, &engine.Fault{Code: "logout-token", Say: "the logout token cannot be trusted", Err: err}
	}
	return t, nil
}

// short keeps the code of an OAuth error and drops the body, which may hold
// anything.
func short(err error) error {
	var r *oauth2.RetrieveError
	if errors.As(err, &r) {
		return fmt.Errorf("token endpoint: %s", first(plain(r.ErrorCode), "refused"))
	}
	return err
}
