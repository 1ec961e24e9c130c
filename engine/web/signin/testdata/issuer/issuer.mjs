// A certified OpenID provider that says what NHS CIS2 says, for tests. It reads
// one line of JSON ({redirect, logout, after, alg, jwks, jwksAlg}), prints its address, and ends when
// its input does. All people in it are made up.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { generateKeyPair, exportJWK } from 'jose';
import { Provider } from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
const config = await new Promise((resolve) => lines.once('line', (text) => resolve(JSON.parse(text))));

const profile = (id, org, code, title) => ({ person_orgid: '555', person_roleid: id, org_code: org, role_code: code, role_name: title });
const coordinator = profile('1001', 'A81001', 'S8000:G8001:R8008', '"Admin":"Clinical Support":"Admin/Clinical Support Access Role"');
const guardian = profile('1002', 'QK1', 'S0080:G0450:R5105', '"Management":"Caldicott Guardian"');
const users = {
  one: { user: '910000000001', roles: [coordinator] },
  many: { user: '910000000002', roles: [coordinator, guardian], selected: '1002' },
  none: { user: '910000000003' },
  weak: { user: '910000000004', roles: [coordinator], authentication: '1' },
};

const keys = await Promise.all([['RS256', 'r0'], ['ES256', 'e0'], ['PS256', 'p0']].map(async ([alg, kid]) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...await exportJWK(privateKey), alg, kid, use: 'sig' };
}));

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'client-1',
    // By its key alone, of one algorithm, where it has one: else by its secret.
    ...(config.jwks
      ? { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: config.jwksAlg, jwks: config.jwks }
      : { client_secret: 'a-secret-of-the-tests-that-is-long-enough' }),
    post_logout_redirect_uris: [config.after],
    redirect_uris: [config.redirect],
    backchannel_logout_uri: config.logout,
    backchannel_logout_session_required: true,
    id_token_signed_response_alg: config.alg,
    require_auth_time: true,
  }],
  jwks: { keys },
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: ['RS512', 'ES256', 'ES384', 'ES512'] },
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'nationalrbacaccess', 'selectedrole'],
  conformIdTokenClaims: false,
  claims: {
    openid: ['sub', 'id_assurance_level', 'authentication_assurance_level'],
    profile: ['name', 'given_name', 'family_name', 'uid'],
    nationalrbacaccess: ['nhsid_useruid', 'nhsid_nrbac_roles'],
    selectedrole: ['selected_roleid'],
  },
  features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  // Its own fetch refuses the loopback address, where the site of the test is.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  cookies: { keys: ['of the tests'] },
  findAccount: (ctx, id) => users[id] && {
    accountId: id,
    claims: (use) => {
      const u = users[id];
      const claims = { sub: id, uid: u.user, name: 'WATSON Jo (Dr)', given_name: 'Jo', family_name: 'Watson', id_assurance_level: '3', authentication_assurance_level: u.authentication ?? '3' };
      if (use === 'userinfo') {
        return { ...claims, nhsid_useruid: u.user, ...(u.roles && { nhsid_nrbac_roles: u.roles }) };
      }
      return { ...claims, ...(u.selected && { selected_roleid: u.selected }) };
    },
  },
});
provider.on('backchannel.error', (ctx, err) => console.error(err));
server.on('request', provider.callback());
console.log(`ready ${issuer}`);
