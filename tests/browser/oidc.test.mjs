// Logging in at a real provider (the npm package oidc-provider, a certified one) in a real Chromium.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Provider } from 'oidc-provider';
import { accessible, browser, close, DESKTOP, PHONE, open, serve } from './support.mjs';

const PASSWORD = 'long enough';
const SECRET = 'a secret between the two of us';
const GROUPS = { li: ['staff', 'network-planning'], guest: ['visitors'], planner: ['network-planning'] };

const rsa = () => ({ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig', alg: 'RS256' });
const ec = () => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'ec', use: 'sig', alg: 'ES256' });

/** The provider's page: who are you, or rather not. Its own one would fetch letters from elsewhere. */
async function interact(provider, request, response) {
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>Provider</title><form method="post"><input name="login"><button>Log in</button><button name="no" value="1">No</button></form>');
    return;
  }
  let body = '';
  for await (const chunk of request) body += chunk;
  const sent = new URLSearchParams(body);
  const result = sent.has('no') ? { error: 'access_denied' } : { login: { accountId: sent.get('login') } };
  await provider.interactionFinished(request, response, result);
}

/** A provider at a port, that signs with a key; whoever logs in is who they say. */
async function provide(port, key, back) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: 'linewright', client_secret: SECRET, redirect_uris: [back], grant_types: ['authorization_code'],
      response_types: ['code'], id_token_signed_response_alg: key.alg,
    }],
    jwks: { keys: [key] },
    cookies: { keys: ['only for a test'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, name: `Name of ${id}`, groups: GROUPS[id] ?? [] }),
    }),
    // Nobody is asked whether the provider may tell.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  const server = createServer((request, response) => (
    request.url.startsWith('/interaction/') ? interact(provider, request, response) : answer(request, response)
  ));
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return { stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

let folder;
let chrome;
let city;
let provider;
let ports;
const back = () => `http://127.0.0.1:${ports.service}/api/v1/login/oidc/return`;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-oidc-'));
  ports = { service: await freePort(), provider: await freePort() };
  const database = join(folder, 'city.db');
  const secret = join(folder, 'secret');
  writeFileSync(secret, `${SECRET}\n`);
  // Accounts there are: no setup link is printed, the address alone is.
  const run = promisify(execFile);
  await run(process.env.LINEWRIGHT_BINARY, ['--database', database, 'migrate']);
  const args = ['--database', database, '--quiet', 'account', 'add', 'planner', '--role', 'planner', '--stdin'];
  const child = run(process.env.LINEWRIGHT_BINARY, args);
  child.child.stdin.end(`${PASSWORD}\n`);
  await child;
  provider = await provide(ports.provider, rsa(), back());
  chrome = await browser();
  city = await serve([
    '--database', database, '--lang', 'en', 'serve', '--listen', `127.0.0.1:${ports.service}`,
    '--oidc-issuer', `http://127.0.0.1:${ports.provider}`, '--oidc-client-id', 'linewright', '--oidc-secret-file', secret,
    '--public-url', `http://127.0.0.1:${ports.service}`, '--oidc-name', '统一认证 SSO',
    '--oidc-role-claim', 'groups', '--oidc-role', 'network-planning=planner;network-survey=surveyor',
  ], {}, /serving at http\S+\n/);
});
after(async () => {
  await chrome?.close();
  await city?.stop();
  await provider?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A page on which the provider's own pages are not elsewhere. */
const visit = (options = DESKTOP) => open(city, chrome, options, '/', [`http://127.0.0.1:${ports.provider}/`]);

/** Goes to the provider and logs in there as somebody. */
async function signIn(page, who) {
  await page.locator('a.elsewhere').click();
  await page.waitForURL(/\/interaction\//);
  await page.locator('input[name=login]').fill(who);
  await page.locator('button', { hasText: 'Log in' }).click();
  await page.waitForURL((url) => url.port === String(ports.service));
}

const refusal = async (page) => {
  await page.locator('.ant-alert-error').waitFor();
  return page.locator('.ant-alert-error').innerText();
};

describe('logging in at a provider', () => {
  test('somebody with a role gets in, and is that account', async () => {
    const page = await visit();
    await page.locator('a.elsewhere').waitFor();
    assert.match(await page.locator('a.elsewhere').innerText(), /Sign in with 统一认证 SSO/);
    await accessible(page, 'entrance with a provider');
    await signIn(page, 'li');
    await page.locator('.workbench').waitFor();
    const me = await page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()));
    assert.deepEqual([me.username, me.display_name, me.role], ['li', 'Name of li', 'planner']);
    const cookies = await page.context().cookies();
    const ours = cookies.filter((one) => one.name.startsWith('linewright'));
    assert.deepEqual(ours.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]), [['linewright_session', true, 'Strict']]);
    // Back and forward do not log in again, and show no error of the used code.
    await page.goto(city.address);
    await page.locator('.workbench').waitFor();
    await close(page);
  });

  test('somebody without a role, or with the name of another, is told why in both languages', async () => {
    const page = await visit();
    await signIn(page, 'guest');
    assert.match(await refusal(page), /You have no role here/);
    assert.equal(new URL(page.url()).hash, '', 'a reload does not say it again');
    await accessible(page, 'entrance with a refusal');
    await close(page);
    const phone = await visit(PHONE);
    await signIn(phone, 'planner');
    assert.match(await refusal(phone), /账号未关联统一认证[\s\S]*管理员/);
    await phone.locator('input[autocomplete=username]').fill('planner');
    await phone.locator('input[type=password]').fill(PASSWORD);
    await phone.locator('button[type=submit]').click();
    await phone.locator('.workbench').waitFor();
    await close(phone);
  });

  test('somebody who says no comes back to the page', async () => {
    const page = await visit();
    await page.locator('a.elsewhere').click();
    await page.waitForURL(/\/interaction\//);
    await page.locator('button', { hasText: 'No' }).click();
    assert.match(await refusal(page), /The sign-in service refused/);
    await close(page);
  });

  test('a code and a state that were used are refused', async () => {
    const page = await visit();
    let returned;
    page.on('request', (request) => { if (request.url().startsWith(back())) returned = request; });
    await signIn(page, 'li');
    await page.locator('.workbench').waitFor();
    const { cookie } = await returned.allHeaders();
    const again = await fetch(returned.url(), { headers: { cookie }, redirect: 'manual' });
    assert.equal(again.status, 400);
    assert.equal((await again.json()).type, '/problems/sign-in-expired');
    const person = await fetch(returned.url(), { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
    assert.equal(person.headers.get('location'), '/#refused=sign-in-expired');
    await close(page);
  });

  test('a provider that is away is said, and its new keys are taken when it is back', async () => {
    await provider.stop();
    const page = await visit();
    // Its documents are kept, so the browser goes there and finds nobody; what it comes back with cannot be redeemed.
    const { location, cookie } = await fetch(`${city.address}/api/v1/login/oidc`, { redirect: 'manual' })
      .then(({ headers }) => ({ location: headers.get('location'), cookie: headers.get('set-cookie').split(';')[0] }));
    const state = new URL(location).searchParams.get('state');
    const lost = await fetch(`${back()}?code=any&state=${state}`, { headers: { cookie, 'accept-language': 'zh' }, redirect: 'manual' });
    assert.equal(lost.status, 503);
    assert.equal((await lost.json()).title, '统一认证服务无响应');
    provider = await provide(ports.provider, ec(), back());
    // Keys are asked for at most every ten seconds.
    await new Promise((resolve) => { setTimeout(resolve, 10_500); });
    await signIn(page, 'li');
    await page.locator('.workbench').waitFor();
    await close(page);
  });
});
