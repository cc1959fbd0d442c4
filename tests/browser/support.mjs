// Starts the binary and a browser; watches every page for errors and for requests to elsewhere.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const binary = process.env.LINEWRIGHT_BINARY;
if (!binary) throw new Error('LINEWRIGHT_BINARY names the built program; tests/browser/run sets it');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** How long the sample city, the first drawing, or an answer may take on a busy machine. */
export const PATIENCE_MS = 90_000;

/** Runs a command of the program until it says where it serves. */
export async function serve(args, env = {}, ready = /password of all: \S+\n|#setup=\S+\n/) {
  const child = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complained = '';
  child.stderr.on('data', (text) => { complained += text; });
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no address after ${PATIENCE_MS} ms: ${said}${complained}`)), PATIENCE_MS);
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}${complained}`)));
    child.stdout.on('data', (text) => {
      said += text;
      // The accounts, or the link of the first start, follow the address.
      const match = /http:\/\/[\d.]+:\d+/.exec(said);
      if (match && ready.test(said)) {
        clearTimeout(late);
        resolve(match[0]);
      }
    });
  });
  return {
    address,
    password: /password of all: (\S+)/.exec(said)?.[1] ?? '',
    setup: /http\S+#setup=\S+/.exec(said)?.[0] ?? '',
    stop: () => new Promise((resolve) => { child.removeAllListeners('exit'); child.on('exit', resolve); child.kill('SIGTERM'); }),
  };
}

export function browser() {
  const known = [process.env.LINEWRIGHT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'];
  const executablePath = known.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium: set LINEWRIGHT_CHROMIUM');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
    ],
  });
}

export const DESKTOP = { viewport: { width: 1440, height: 900 }, locale: 'en-US', colorScheme: 'light' };
export const PHONE = {
  viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: 'zh-CN', colorScheme: 'light',
};

/** A page that keeps what went wrong on it in `page.wrong`; asking at `also` is not wrong. */
export async function open(running, chrome, options, path = '/', also = []) {
  const context = await chrome.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.wrong = [];
  page.on('pageerror', (error) => page.wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Whether there is a session is asked when the page opens; that there is none is no error. Refusals are tested.
    const expected = /the server responded with a status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !expected) page.wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    const near = [`${running.address}/`, ...also].some((start) => url.startsWith(start));
    if (!near && !/^(data|blob):/.test(url)) page.wrong.push(`asks elsewhere: ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) page.wrong.push(`${response.status()} from ${response.url()}`);
  });
  await page.goto(running.address + path);
  return page;
}

export async function logIn(page, password, username = 'planner') {
  await page.locator('input[autocomplete=username]').fill(username);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await drawn(page);
}

/** The map stands still and everything on it is drawn. */
export async function drawn(page) {
  await page.waitForSelector('.map[data-drawn]');
  // A change of view may be on its way.
  await page.waitForTimeout(400);
  await page.waitForSelector('.map[data-drawn]');
}

/** Pixels of the map that have one of these colours, within `near` a channel. */
export async function pixels(page, colours, near = 14) {
  const picture = (await page.locator('.map canvas').screenshot()).toString('base64');
  return page.evaluate(async ([source, wanted, slack]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${source}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const rgb = wanted.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
    const counts = rgb.map(() => 0);
    for (let at = 0; at < data.length; at += 4) {
      rgb.forEach((one, which) => {
        if (one.every((value, channel) => Math.abs(value - data[at + channel]) <= slack)) counts[which] += 1;
      });
    }
    return counts;
  }, [picture, colours, near]);
}

/** No serious violation of the accessibility rules. */
export async function accessible(page, where) {
  await page.evaluate(await import('node:fs').then((fs) => fs.readFileSync(axePath, 'utf8')));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const grave = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  const told = grave.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join('\n  ')}`);
  assert.deepEqual(told, [], `${where}: ${told.join('\n')}`);
}

/** Nothing went wrong on the page, and it is closed. */
export async function close(page) {
  await page.context().close();
  assert.deepEqual(page.wrong, []);
}
