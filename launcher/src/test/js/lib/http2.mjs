// node http2.mjs <key> <tlsPort>: a browser talks to a node over TLS by WebSocket, by comet and by events at the same time.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [key, port] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.HARK_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

/** Subscribes in each way and publishes in each; tells what arrived, and by which protocol. */
async function talk({ key, port }) {
  const name = 'browser';
  const seen = { web_socket: [], xhr_polling: [], events: [] };
  const events = new EventSource(`/sse?channels=${name}&enveloped=false&key=${encodeURIComponent(key)}`);
  await new Promise((resolve) => (events.onopen = resolve));
  events.onmessage = (event) => seen.events.push(event.data);
  for (const transport of ['web_socket', 'xhr_polling']) {
    const client = new Ably.Realtime({
      key, endpoint: 'localhost', tls: true, tlsPort: port, transports: [transport], logLevel: 0,
    });
    await client.channels.get(name).subscribe((message) => seen[transport].push(message.data));
    seen[`${transport} uses`] = client.connection.connectionManager.activeProtocol.getTransport().shortName;
    await client.channels.get(name).publish('event', `by ${transport}`);
  }
  const rest = new Ably.Rest({ key, endpoint: 'localhost', tls: true, tlsPort: port, logLevel: 0 });
  await rest.channels.get(name).publish('event', 'by rest');
  while (!Object.values(seen).every((got) => got.includes('by rest') || typeof got === 'string')) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const protocols = performance.getEntriesByType('resource').map(({ name: url, nextHopProtocol }) => [
    new URL(url).pathname.split('/').filter(Boolean).at(-1), nextHopProtocol,
  ]);
  return { seen, protocols };
}

try {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`https://localhost:${port}/is-the-internet-up.txt`);
  await page.addScriptTag({ path: fileURLToPath(new URL('../node_modules/ably/build/ably.min.js', import.meta.url)) });
  const { seen, protocols } = await page.evaluate(talk, { key, port: Number(port) });
  assert.equal(seen['web_socket uses'], 'web_socket');
  assert.equal(seen['xhr_polling uses'], 'xhr_polling');
  assert.deepEqual(seen.events, ['by web_socket', 'by xhr_polling', 'by rest']);
  assert.deepEqual(seen.web_socket, ['by web_socket', 'by xhr_polling', 'by rest']);
  assert.deepEqual(seen.xhr_polling, ['by xhr_polling', 'by rest']);
  for (const request of ['connect', 'recv', 'send', 'messages']) {
    assert.ok(protocols.some(([what]) => what === request), `${request} was asked for: ${protocols}`);
  }
  assert.deepEqual([...new Set(protocols.map(([, protocol]) => protocol))], ['h2']);
} catch (error) {
  console.log(error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
