package signin

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512" // for RS512, ES384 and ES512
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"time"

	"leftshift/engine"
)

// ClientKey is the key by which this application proves to the identity provider
// who it is (private_key_jwt: OpenID Connect Core 1.0 section 9, RFC 7523), in
// place of a secret that both hold. It signs RS512 with an RSA key, and ES256,
// ES384 or ES512 with an elliptic curve's.
type ClientKey struct {
	signer crypto.Signer
	alg    string
	hash   crypto.Hash
	size   int               // bytes of each half of an ES signature; 0: RSA
	public map[string]string // JWK with kid, alg and use
}

// leastRSA is the least bits of an RSA key.
const leastRSA = 2048

// ParseClientKey reads a private key in PEM: PKCS #8, or the older forms of RSA
// and elliptic curve keys.
func ParseClientKey(text []byte) (*ClientKey, error) {
	refused := func(why string) error {
		return &engine.Fault{Code: "client-key", Say: "the client key " + why + ": make an RSA key of at least 2,048 bits (`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096`) or one of curve P-256, P-384 or P-521, not encrypted, and keep it readable by this account alone"}
	}
	var block *pem.Block
	for {
		if block, text = pem.Decode(text); block == nil {
			return nil, refused("holds no private key in PEM")
		}
		if block.Type == "PRIVATE KEY" || block.Type == "RSA PRIVATE KEY" || block.Type == "EC PRIVATE KEY" {
			break
		}
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, refused("cannot be read") // what the parser says may hold parts of it
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < leastRSA {
			return nil, refused("is too short")
		}
		c := &ClientKey{signer: k, alg: "RS512", hash: crypto.SHA512}
		return c.named(map[string]string{"e": text64(big.NewInt(int64(k.E)).Bytes()), "kty": "RSA", "n": text64(k.N.Bytes())}), nil
	case *ecdsa.PrivateKey:
		c := &ClientKey{signer: k, size: (k.Curve.Params().BitSize + 7) / 8}
		switch k.Curve {
		case elliptic.P256():
			c.alg, c.hash = "ES256", crypto.SHA256
		case elliptic.P384():
			c.alg, c.hash = "ES384", crypto.SHA384
		case elliptic.P521():
			c.alg, c.hash = "ES512", crypto.SHA512
		default:
			return nil, refused("is of another curve")
		}
		point, err := k.PublicKey.Bytes() // 4, x, y
		if err != nil {
			return nil, refused("is no point of its curve")
		}
		x, y := point[1:1+c.size], point[1+c.size:]
		return c.named(map[string]string{"crv": k.Curve.Params().Name, "kty": "EC", "x": text64(x), "y": text64(y)}), nil
	}
	return nil, refused("is of another kind")
}

func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// named finishes the public key: its kid is its RFC 7638 thumbprint, which is
// over the members that the key has here, in the order of their names.
func (c *ClientKey) named(members map[string]string) *ClientKey {
	text, _ := json.Marshal(members) // by name; nothing in it can fail
	sum := sha256.Sum256(text)
	members["kid"], members["alg"], members["use"] = text64(sum[:]), c.alg, "sig"
	c.public = members
	return c
}

// KeySet is the public key as the identity provider reads it from this
// application (RFC 7517).
func (c *ClientKey) KeySet() []byte {
	text, _ := json.Marshal(map[string]any{"keys": []any{c.public}})
	return append(text, '\n')
}

// assertionLasts is how long an assertion is good: as long as it takes to send.
const assertionLasts = time.Minute

// assertion says, for one request to the token endpoint, that this application
// is the client.
func (c *ClientKey) assertion(client, endpoint string, now time.Time) (string, error) {
	header, _ := json.Marshal(map[string]string{"alg": c.alg, "kid": c.public["kid"], "typ": "JWT"})
	claims, err := json.Marshal(map[string]any{"iss": client, "sub": client, "aud": endpoint, "jti": secret(), "iat": now.Unix(), "exp": now.Add(assertionLasts).Unix()})
	if err != nil {
		return "", err
	}
	text := text64(header) + "." + text64(claims)
	h := c.hash.New()
	h.Write([]byte(text))
	var signature []byte
	if k, ok := c.signer.(*ecdsa.PrivateKey); ok {
		r, s, err := ecdsa.Sign(rand.Reader, k, h.Sum(nil))
		if err != nil {
			return "", err
		}
		// RFC 7518 section 3.4: both halves at full length, one after the other.
		signature = make([]byte, 2*c.size)
		r.FillBytes(signature[:c.size])
		s.FillBytes(signature[c.size:])
	} else if signature, err = c.signer.Sign(rand.Reader, h.Sum(nil), c.hash); err != nil {
		return "", err
	}
	return text + "." + text64(signature), nil
}
