import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { accessible, browser, close, DESKTOP, drawn, logIn, open, PHONE, pixels, serve } from './support.mjs';

// As in crates/console/web/src/map/palette.ts.
const LIGHT = { ground: '#f4f6f4', plenty: '#0b8a78', site: '#12343b', route: '#1757d6', fresh: '#e8590c', second: '#b01fc0' };
const DARK = { ground: '#0f171c' };

let city;
let chrome;
before(async () => {
  [city, chrome] = await Promise.all([serve(['demo', '--serve', '--listen', '127.0.0.1:0', '--lang', 'en']), browser()]);
});
after(async () => {
  await chrome?.close();
  await city?.stop();
});

async function desk(options = DESKTOP) {
  const page = await open(city, chrome, options);
  await logIn(page, city.password);
  return page;
}

async function product(page, name) {
  await page.locator('.survey-form .ant-select').filter({ has: page.locator('#product') }).click();
  await page.locator('.ant-select-item-option').filter({ hasText: name }).click();
}

async function ask(page, text) {
  await page.locator('#end-customer').fill(text);
  await page.locator('.survey-form button[type=submit]').click();
  await page.waitForSelector('.answer, .refused');
  await drawn(page);
}

describe('the console', () => {
  test('a wrong password is refused in words, the right one opens the map', async () => {
    const page = await open(city, chrome, DESKTOP);
    await page.locator('input[autocomplete=username]').fill('planner');
    await page.locator('input[type=password]').fill('not-the-password');
    await page.locator('button[type=submit]').click();
    const alert = page.locator('.ant-alert-error');
    await alert.waitFor();
    assert.match(await alert.innerText(), /\w+ \w+/);
    await accessible(page, 'entrance');
    await logIn(page, city.password);
    const [sites, ground] = await pixels(page, [LIGHT.site, LIGHT.ground]);
    assert.ok(sites > 300, `sites are drawn: ${sites} pixels`);
    assert.ok(ground > 50_000, `on the ground: ${ground} pixels`);
    await close(page);
  });

  test('a survey by address: verdict, cost, route on the map, bill', async () => {
    const page = await desk();
    const [before_] = await pixels(page, [LIGHT.route]);
    await product(page, 'SDH data line');
    await ask(page, 'DZ-CC-002');
    const cards = page.locator('.answer .card');
    assert.equal(await cards.count(), 3);
    assert.match(await cards.first().innerText(), /Jumpers needed[\s\S]*¥[\d,]+[\s\S]*园林商务楼分纤箱/);
    assert.match(await page.locator('.side .route').innerText(), /GL-0049/);
    assert.match(await page.locator('.side .bill').innerText(), /Jumper[\s\S]*Total/);
    const [route] = await pixels(page, [LIGHT.route]);
    assert.ok(route > before_ + 1000, `the route is drawn: ${before_}, then ${route} pixels`);
    await accessible(page, 'survey');
    await cards.nth(1).click();
    assert.equal(await cards.nth(1).getAttribute('aria-pressed'), 'true');
    assert.match(await page.locator('.answer article h3').innerText(), /2/);
    await close(page);
  });

  test('a survey by a click on the map draws the new cable', async () => {
    const page = await desk();
    await page.locator('.search input').fill('NT-CC-FX02');
    await page.locator('.hit').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.element .facts');
    await drawn(page);
    await page.getByRole('tab', { name: 'Survey' }).click();
    const map = await page.locator('.map').boundingBox();
    await page.mouse.click(map.x + map.width / 2 + 120, map.y + map.height / 2 - 90);
    await page.waitForSelector('.answer .card');
    await drawn(page);
    assert.match(await page.locator('#end-customer').inputValue(), /^120\.\d+, 31\.\d+$/);
    const [fresh] = await pixels(page, [LIGHT.fresh]);
    assert.ok(fresh > 80, `the new cable is drawn: ${fresh} pixels`);
    await close(page);
  });

  test('a protected line: both legs, each in its colour', async () => {
    const page = await desk();
    await product(page, 'SDH data line');
    await page.getByRole('switch').click();
    await ask(page, 'DZ-CC-007');
    assert.match(await page.locator('.answer').innerText(), /share no duct[\s\S]*Working leg[\s\S]*Protection leg/);
    const [route, second] = await pixels(page, [LIGHT.route, LIGHT.second]);
    assert.ok(route > 1000 && second > 1000, `both legs are drawn: ${route}, ${second} pixels`);
    await ask(page, 'DZ-CC-008');
    assert.match(await page.locator('.answer .ant-alert').first().innerText(), /Proven impossible[\s\S]*every way goes through/);
    await close(page);
  });

  test('what cannot be served says why, what is not known says what to do', async () => {
    const page = await desk();
    await ask(page, '120.3, 32.6');
    assert.match(await page.locator('.answer').innerText(), /No way to connect[\s\S]*beyond the new-build limit/);
    await ask(page, 'no such street');
    const refused = await page.locator('.refused').innerText();
    assert.match(refused, /no such street/);
    await close(page);
  });

  test('two numbers are a coordinate, and swapped ones are offered the right way round', async () => {
    const page = await desk();
    for (const typed of ['31.9823, 120.8815', '31.9823 120.8815', '（31.9823，120.8815）', '31.9823°；120.8815°']) {
      await ask(page, typed);
      assert.match(await page.locator('.refused').innerText(), /looks swapped/, typed);
    }
    await page.getByText('Do you mean 120.8815, 31.9823?').getByRole('button').click();
    await page.waitForSelector('.answer');
    assert.equal(await page.locator('#end-customer').inputValue(), '120.8815, 31.9823');
    // Both orders are degrees: where the network lies tells which is meant.
    await page.locator('#end-customer').fill('31.9823, 89.5');
    assert.equal(await page.getByText('Do you mean').count(), 0);
    await page.locator('#end-customer').fill('120.88, 31.98');
    assert.equal(await page.getByText('Do you mean').count(), 0);
    await ask(page, '40512345, 3540123');
    await page.locator('.refused').getByText('outside the world').waitFor();
    await close(page);
  });

  test('a page that does not exist says so', async () => {
    const page = await open(city, chrome, PHONE);
    const answer = await page.goto(`${city.address}/nonsense`);
    assert.equal(answer.status(), 404);
    await page.getByText('页面不存在').waitFor();
    await page.getByText('返回首页').click();
    await page.waitForSelector('.entrance');
    await close(page);
  });

  test('a coordinate from another system is converted', async () => {
    const page = await desk();
    await page.locator('#end-customer').fill('120.8866, 31.9850');
    await page.locator('.survey-form .ant-select').filter({ has: page.locator('#crs') }).click();
    await page.locator('.ant-select-item-option').filter({ hasText: 'GCJ-02' }).click();
    await page.locator('.survey-form button[type=submit]').click();
    await page.waitForSelector('.answer');
    const [, lon, lat] = /(120\.\d{6}), (31\.\d{6}) WGS-84/.exec(await page.locator('.sheet').textContent());
    // The two systems are some 500 m apart there.
    assert.ok(Math.abs(120.8866 - Number(lon)) > 0.003 && Math.abs(31.985 - Number(lat)) > 0.001, `${lon}, ${lat}`);
    await close(page);
  });

  test('search by keyboard, and what an element carries and rides on', async () => {
    const page = await desk();
    await page.locator('.search input').focus();
    await page.keyboard.type('GL-0048');
    await page.locator('.hit').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.element .ant-tree');
    assert.match(await page.locator('.element').innerText(), /288 free[\s\S]*If it fails[\s\S]*Rides on[\s\S]*GD-CC-27[\s\S]*Carries/);
    await drawn(page);
    await accessible(page, 'element');
    await page.locator('.facts .ref').filter({ hasText: 'NT-CC-HX01' }).first().click();
    await page.locator('.element h2').filter({ hasText: '世纪大道核心机房' }).waitFor();
    await drawn(page);
    // The site lies in the middle now: a click there finds it, and what else lies there.
    const map = await page.locator('.map').boundingBox();
    await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
    await page.locator('.also button').first().waitFor();
    assert.match(await page.locator('.element .eyebrow').innerText(), /NT-CC-HX01/);
    await close(page);
  });

  test('Chinese and English, light and dark, remembered', async () => {
    const page = await desk({ ...DESKTOP, locale: 'zh-CN' });
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    assert.match(await page.locator('.side').innerText(), /客户在哪里/);
    await page.getByRole('button', { name: 'English' }).click();
    assert.match(await page.locator('.side').innerText(), /Where is the customer/);
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.waitForSelector('html[data-theme=dark]');
    await page.reload();
    await drawn(page);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    const [dark, light] = await pixels(page, [DARK.ground, LIGHT.ground]);
    assert.ok(dark > 50_000 && light < 2000, `a dark map: ${dark}, ${light} pixels`);
    await ask(page, 'DZ-CC-002');
    await accessible(page, 'dark');
    await page.getByRole('button', { name: 'Legend' }).click();
    await page.locator('.legend').waitFor();
    assert.match(await page.locator('.legend').innerText(), /pole line/i);
    await close(page);
  });

  test('on a phone', async () => {
    const page = await desk(PHONE);
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    assert.ok(await fits());
    await ask(page, '120.8998, 31.9760');
    assert.match(await page.locator('.answer').innerText(), /需布放引入缆|需跳纤|需扩容/);
    assert.ok(await fits());
    await accessible(page, 'phone');
    const tall = async () => (await page.locator('.map').boundingBox()).height;
    const half = await tall();
    await page.getByRole('button', { name: '隐藏工作台' }).click();
    await page.waitForFunction((was) => document.querySelector('.map').clientHeight > was + 200, half);
    await close(page);
  });

  test('the printed sheet has the answer and the map', async () => {
    const page = await desk();
    await page.evaluate(() => { window.print = () => { document.body.dataset.printed = 'yes'; }; });
    await ask(page, 'DZ-CC-002');
    await page.getByRole('button', { name: 'Print' }).click();
    await page.waitForSelector('body[data-printed]');
    await page.emulateMedia({ media: 'print' });
    const sheet = page.locator('.sheet');
    assert.match(await sheet.innerText(), /Survey[\s\S]*network version[\s\S]*Route[\s\S]*Bill of quantities[\s\S]*Total/);
    assert.ok(await sheet.locator('img').evaluate((image) => image.naturalWidth > 300));
    assert.ok(!(await page.locator('#page').isVisible()));
    await close(page);
  });

  test('a viewer is offered no survey, and logs out', async () => {
    const page = await open(city, chrome, DESKTOP);
    await logIn(page, city.password, 'viewer');
    const survey = (await page.request.get(`${city.address}/api/v1/session`).then((answer) => answer.json())).permissions.includes('survey');
    assert.equal(await page.getByRole('tab', { name: 'Survey' }).count(), survey ? 1 : 0);
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByText('Log out').click();
    await page.locator('input[type=password]').waitFor();
    assert.equal((await page.request.get(`${city.address}/api/v1/session`)).status(), 401);
    await close(page);
  });

  test('the first administrator is made with the one-time link', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linewright-console-'));
    const empty = await serve(['--database', join(folder, 'n.db'), 'serve', '--listen', '127.0.0.1:0', '--lang', 'en']);
    try {
      const page = await open(empty, chrome, DESKTOP, new URL(empty.setup).pathname + new URL(empty.setup).hash);
      await page.locator('input[autocomplete=username]').fill('chief');
      const passwords = page.locator('input[type=password]');
      await passwords.nth(0).fill('a-good-password-1');
      await passwords.nth(1).fill('another-password-1');
      await page.locator('button[type=submit]').click();
      await page.getByText('The two passwords differ.').waitFor();
      await passwords.nth(1).fill('a-good-password-1');
      await page.locator('button[type=submit]').click();
      await page.getByText('The network is empty').waitFor();
      assert.equal(new URL(page.url()).hash, '');
      await close(page);
    } finally {
      await empty.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test('the types of the API are those of the OpenAPI file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linewright-schema-'));
    const made = join(folder, 'schema.ts');
    const here = new URL('.', import.meta.url).pathname;
    await promisify(execFile)(
      join(here, 'node_modules/.bin/openapi-typescript'),
      [`${city.address}/api/v1/openapi.json`, '--default-non-nullable=false', '-o', made],
    );
    const kept = readFileSync(join(here, '../../crates/console/web/src/api/schema.ts'), 'utf8');
    const fresh = readFileSync(made, 'utf8');
    rmSync(folder, { recursive: true });
    assert.ok(kept === fresh, 'crates/console/web/src/api/schema.ts is older than the API: run tests/browser/schema');
  });

  test('the picture for README', { skip: !process.env.LINEWRIGHT_PICTURE && 'LINEWRIGHT_PICTURE names no file' }, async () => {
    const page = await desk({ ...DESKTOP, viewport: { width: 1280, height: 760 } });
    await product(page, 'SDH data line');
    await page.getByRole('switch').click();
    await ask(page, 'DZ-CC-007');
    await page.screenshot({ path: process.env.LINEWRIGHT_PICTURE });
    await close(page);
  });
});
