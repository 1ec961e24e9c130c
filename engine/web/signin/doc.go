// Package signin says who is at the door: people by OpenID Connect (NHS CIS2 or
// Microsoft Entra ID), then a session; other systems by API token; and, for
// synthetic people on this machine only, a demonstration form. What it makes is
// an access.Principal; what that principal may do is decided elsewhere.
//
// The code flow is used with PKCE, state and nonce. An ID token is held to its
// issuer, audience, signature (RS256, ES256 or PS256, never none and never a
// shared secret), nonce, expiry and time of issue. Of every secret that a
// browser or a system holds, only the SHA-256 is kept.
//
// What is known of NHS CIS2 and from where:
//   - scopes openid, profile, nationalrbacaccess, associatedorgs, selectedrole;
//     profile gives name, given_name, family_name and uid: NHS England, CIS2
//     Authentication, "Scopes and claims".
//   - a role chosen at CIS2 comes as selected_roleid in the ID token; prompt=login
//     is sent with selectedrole; a user may have no role: "Role selection".
//   - acr_values AAL2_OR_AAL3_ANY and AAL3_ANY, and the claims
//     authentication_assurance_level and id_assurance_level of the ID token:
//     "Authenticator guidance for developers", and the public services of
//     NHSDigital (screening, prescription tracker) that read them. The levels
//     are strings there; numbers are taken too.
//   - nhsid_nrbac_roles of the user info response, each with person_orgid,
//     person_roleid, org_code, role_code ("S8001:G8005:R8015") and role_name, and
//     nhsid_useruid: the same services and their test data.
//   - client authentication by a secret or by private_key_jwt, with an algorithm
//     that is declared at registration and a public key that the relying party
//     publishes as a JSON Web Key Set: "Signatures" and "Key management". An RSA
//     key signs RS512 here, as NHS England's API platform asks of its callers.
//   - back-channel logout by sid: "Session management" and the change list of the
//     detailed guidance.
package signin
