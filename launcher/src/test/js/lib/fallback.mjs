// A page of another origin in a browser that first gets no WebSocket through, and then does. Ends with 0 when the SDK in it
// goes on by comet and comes back to WebSockets, and nobody misses anything.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { connected, eventually, inbox, makeApp, numbers, realtime, uniqueName } from './hark.mjs';
import { cuttableProxy } from './proxy.mjs';

const sdk = readFileSync(new URL('../node_modules/ably/build/ably.min.js', import.meta.url));
const site = createServer((request, response) => {
  const isScript = request.url === '/ably.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? sdk : '<!doctype html><link rel="icon" href="data:,"><script src="/ably.js"></script>');
});
await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
const proxy = await cuttableProxy();
const [key] = (await makeApp()).keys;
const browser = await chromium.launch({
  executablePath: process.env.HARK_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

/** Opens a client in the page and enters and subscribes to `name`; what it sees is kept in the page. */
function openClient({ key, port, name, clientId, binary }) {
  const seen = { data: [], discontinuities: 0, id: [] };
  const client = new Ably.Realtime({
    key,
    clientId,
    endpoint: 'localhost',
    port,
    tls: false,
    useBinaryProtocol: binary,
    connectivityCheckUrl: `http://localhost:${port}/is-the-internet-up.txt`,
    wsConnectivityCheckUrl: `ws://localhost:${port}/ws-up`,
    disconnectedRetryTimeout: 500,
    logLevel: 0,
  });
  Object.assign(globalThis, { client, seen });
  client.connection.on('connected', () => seen.id.push(client.connection.id));
  const channel = client.channels.get(name);
  channel.on('update', (change) => (seen.discontinuities += change.resumed ? 0 : 1));
  channel.subscribe((message) => seen.data.push(message.data));
  return channel.presence.enter('here').then(() => client.connection.id);
}

const transport = (page) =>
  page.evaluate(
    () =>
      client.connection.state === 'connected' &&
      client.connection.connectionManager.activeProtocol.getTransport().shortName,
  );

/** Drops the client until it is back by the transport. A cut alone is not enough: a browser asks again by itself. */
async function comesBackBy(page, name) {
  await eventually(async () => {
    const before = await page.evaluate(() => seen.id.length);
    proxy.partition();
    await page.waitForFunction(() => client.connection.state === 'disconnected');
    proxy.heal();
    await page.waitForFunction((count) => seen.id.length > count && client.connection.state === 'connected', before);
    return (await transport(page)) === name;
  }, `the client is back by ${name}`);
}

try {
  proxy.letWebSockets(false);
  const name = uniqueName();
  const observer = await connected(realtime({ key, transports: ['web_socket'] }));
  const publisher = observer.channels.get(name);
  const received = await inbox(publisher);
  const events = [];
  await publisher.presence.subscribe((event) => events.push(event));
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const options = { key, port: proxy.port, name, clientId: 'ann', binary: process.env.HARK_FORMAT === 'msgpack' };

  const id = await page.evaluate(openClient, options);
  assert.equal(await transport(page), 'xhr_polling');
  await eventually(() => events.some((event) => event.action === 'enter' && event.clientId === 'ann'), 'the enter');

  const texts = ['grüße 😀', ...numbers(20)];
  await Promise.all(texts.map((text) => publisher.publish('event', text)));
  await page.waitForFunction((count) => seen.data.length === count, texts.length);
  await page.evaluate((channel) => client.channels.get(channel).publish('event', 'from the page: ü'), name);
  await eventually(() => received.data.includes('from the page: ü'), 'what the page published');

  proxy.cut();
  await publisher.publish('event', 'after a cut');
  await page.waitForFunction(() => seen.data.includes('after a cut'));

  await comesBackBy(page, 'xhr_polling');
  await publisher.publish('event', 'after a drop');
  await page.waitForFunction(() => seen.data.includes('after a drop'));

  proxy.letWebSockets(true);
  await comesBackBy(page, 'web_socket');
  await publisher.publish('event', 'by WebSocket');
  await page.waitForFunction(() => seen.data.includes('by WebSocket'));

  proxy.letWebSockets(false);
  await comesBackBy(page, 'xhr_polling');
  await publisher.publish('event', 'by comet again');
  await page.waitForFunction(() => seen.data.includes('by comet again'));

  const seen = await page.evaluate(() => globalThis.seen);
  assert.deepEqual(
    seen.data,
    [...texts, 'from the page: ü', 'after a cut', 'after a drop', 'by WebSocket', 'by comet again'],
  );
  assert.deepEqual([...new Set(seen.id)], [id]);
  assert.equal(seen.discontinuities, 0);
  assert.equal(events.filter((event) => event.action === 'leave').length, 0);

  const closed = Date.now();
  await page.evaluate(() => client.close());
  await eventually(() => events.some((event) => event.action === 'leave'), 'the leave', 5_000);
  assert.ok(Date.now() - closed < 5_000);
} catch (error) {
  console.log(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  proxy.close();
  site.close();
  process.exit();
}
