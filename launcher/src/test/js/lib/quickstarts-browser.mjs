// The guides of Ably Chat and Ably Spaces on a page of another origin than the node's, with the builds that pages load by
// script tags. Ends with 0 when everything was seen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { clientOptions, makeApp } from './hark.mjs';
import { chatSeen, spacesSeen } from './quickstarts.mjs';

const packages = new URL('../node_modules/', import.meta.url);
const scripts = new Map([
  ['/ably.js', new URL('ably/build/ably.min.js', packages)],
  ['/chat.js', new URL('@ably/chat/dist/chat/ably-chat.umd.cjs', packages)],
  ['/spaces.js', new URL('@ably/spaces/dist/iife/index.bundle.js', packages)],
  ['/quickstarts.mjs', new URL('quickstarts.mjs', import.meta.url)],
]);
const html = `<!doctype html><link rel="icon" href="data:,">
<script src="/ably.js"></script><script src="/chat.js"></script><script src="/spaces.js"></script>`;
const site = createServer((request, response) => {
  const script = scripts.get(request.url);
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
  response.end(script ? readFileSync(script) : html);
});
await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
const [key] = (await makeApp()).keys;
const browser = await chromium.launch({
  executablePath: process.env.HARK_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
const problems = [];

try {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const options = clientOptions({ key });

  const chat = await page.evaluate(async (given) => {
    const { chatQuickstart } = await import('/quickstarts.mjs');
    return chatQuickstart({ Ably, ...AblyChat }, given, 'my-first-room');
  }, options);
  assert.deepEqual(chat, chatSeen);

  const spaces = page.evaluate(async (given) => {
    const { spacesQuickstart } = await import('/quickstarts.mjs');
    return spacesQuickstart({ Ably, Spaces }, given, 'demo-slideshow', async (listener, noticed) => {
      addEventListener('mousemove', listener);
      globalThis.pointer = { isFollowed: true };
      while (!noticed()) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      pointer.isFollowed = false;
      removeEventListener('mousemove', listener);
    });
  }, options);
  await page.waitForFunction(() => globalThis.pointer?.isFollowed);
  for (let x = 1; await page.evaluate(() => pointer.isFollowed); x += 1) {
    await page.mouse.move(x % 500, 20);
  }
  const seen = await spaces;
  assert.deepEqual(seen, spacesSeen(seen.cursors.map(({ x }) => ({ x, y: 20 }))));
  assert.deepEqual(problems, []);
} catch (error) {
  console.log(error, problems);
  process.exitCode = 1;
} finally {
  await browser.close();
  site.close();
  process.exit();
}
