import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import vcdiffDecoder from '@ably/vcdiff-decoder';
import { connected, drop, inbox, makeApp, realtime, rest, uniqueName } from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

const EDITS = 1000;

let key;
let proxy;
before(async () => ([key] = (await makeApp()).keys));
beforeEach(async () => (proxy = await cuttableProxy()));
afterEach(() => proxy.close());

/** The official plugin, counting what it decodes. */
function countingPlugin() {
  const plugin = {
    decoded: 0,
    decode(delta, base) {
      plugin.decoded += 1;
      return vcdiffDecoder.decode(delta, base);
    },
  };
  return plugin;
}

const deltaClient = (vcdiff, options) => realtime({ key, plugins: { vcdiff }, ...options });
const asDeltas = { params: { delta: 'vcdiff' } };

const records = [
  { foo: 'bar', count: 1, status: 'active' },
  { foo: 'bar', count: 2, status: 'active' },
  { foo: 'bar', count: 2, status: 'inactive' },
  { foo: 'bar', count: 3, status: 'inactive' },
  { foo: 'bar', count: 3, status: 'active' },
];

/** A text of nearly 64 KiB, and what `edits` edits make of it. */
function* documents(edits, seed = 1) {
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let text = '';
  while (text.length < 60_000) {
    text += `${random(1e9).toString(36)}${text.length % 5 ? ' ' : 'é\n'}`;
  }
  for (let edit = 0; edit < edits; edit += 1) {
    const at = random(text.length - 20);
    const word = `${random(1e6).toString(36)} `;
    text = text.slice(0, at) + word + text.slice(at + word.length);
    yield text;
  }
}

/** Publishes one after the other, a few on the way at any time. */
async function publishAll(channel, texts) {
  const published = [];
  for (const text of texts) {
    published.push(channel.publish('edit', text));
    if (published.length % 20 === 0) {
      await published.at(-20);
    }
  }
  await Promise.all(published);
}

test('every message of a series of small records but the first is a difference', async () => {
  const plugin = countingPlugin();
  const channel = deltaClient(plugin).channels.get(uniqueName(), asDeltas);
  const received = await inbox(channel);
  assert.deepEqual(channel.params, { delta: 'vcdiff' });
  for (const [index, record] of records.entries()) {
    await channel.publish(String(index), record);
  }
  await received.count(records.length);
  assert.deepEqual(received.data, records);
  assert.equal(plugin.decoded, records.length - 1);
  assert.equal(received.messages[1].extras.delta.format, 'vcdiff');
  assert.equal(received.messages[1].extras.delta.from, received.messages[0].id);
});

test('without the param, and where no difference is smaller, messages come whole', async () => {
  const plugin = countingPlugin();
  const client = deltaClient(plugin);
  const name = uniqueName();
  const whole = await inbox(client.channels.get(name));
  const unlike = client.channels.get(uniqueName(), asDeltas);
  const received = await inbox(unlike);
  const random = () => Buffer.from(Array.from({ length: 500 }, () => Math.floor(Math.random() * 256)));
  const payloads = [random(), random(), 'short', 'shorter'];
  for (const [index, record] of records.entries()) {
    await client.channels.get(name).publish(String(index), record);
  }
  for (const payload of payloads) {
    await unlike.publish('event', payload);
  }
  await whole.count(records.length);
  await received.count(payloads.length);
  assert.equal(plugin.decoded, 0);
  assert.deepEqual(whole.data, records);
  assert.ok(received.messages.every((message) => !message.extras?.delta));
});

test('text, binary, objects, batches and messages without data follow each other', async () => {
  const plugin = countingPlugin();
  const channel = deltaClient(plugin).channels.get(`[?delta=vcdiff]${uniqueName()}`);
  const received = await inbox(channel);
  const long = 'a text that is long enough for a difference to be worth its while, ünï ';
  const batch = [long + 4, long + 5, Buffer.from(long + 6)].map((data) => ({ data }));
  await channel.publish('event', long + 1);
  await channel.publish('event', { text: long + 2 });
  await channel.publish('event', Buffer.from(long + 3));
  await channel.publish(batch);
  await channel.publish('event', null);
  await channel.publish('event', long + 7);
  await channel.publish({ name: 'event', data: long + 8, extras: { headers: { kept: true } } });
  await received.count(9);
  assert.deepEqual(
    received.messages.map(({ data }) => (data instanceof Buffer ? data.toString() : data)),
    [long + 1, { text: long + 2 }, long + 3, long + 4, long + 5, long + 6, undefined, long + 7, long + 8],
  );
  assert.equal(plugin.decoded, 6);
  assert.deepEqual(received.messages.at(-1).extras.headers, { kept: true });
});

test('encrypted payloads are differences of ciphertext, or whole', async () => {
  const plugin = countingPlugin();
  const cipher = { key: Buffer.alloc(16, 7) };
  const channel = deltaClient(plugin).channels.get(uniqueName(), { ...asDeltas, cipher });
  const received = await inbox(channel);
  for (const record of records) {
    await channel.publish('event', record);
  }
  await received.count(records.length);
  assert.deepEqual(received.data, records);
});

test('who does not get its own messages gets differences to those that it got', async () => {
  const plugin = countingPlugin();
  const name = uniqueName();
  const quiet = deltaClient(plugin, { echoMessages: false });
  const received = await inbox(quiet.channels.get(name, asDeltas));
  const other = realtime({ key }).channels.get(name);
  for (const [index, record] of records.entries()) {
    await (index === 2 ? quiet.channels.get(name) : other).publish('event', record);
  }
  await received.count(4);
  assert.deepEqual(received.data, records.toSpliced(2, 1));
  assert.equal(plugin.decoded, 2);
});

test('a subscriber that missed messages gets the first whole and then differences', async () => {
  const plugin = countingPlugin();
  const name = uniqueName();
  const subscriber = deltaClient(plugin, { port: proxy.port });
  const received = await inbox(subscriber.channels.get(name, asDeltas));
  const publisher = rest({ key }).channels.get(name);
  await publisher.publish('event', records[0]);
  await received.count(1);
  const dropped = drop(await connected(subscriber));
  proxy.partition();
  await dropped;
  await publisher.publish('event', records[1]);
  await publisher.publish('event', records[2]);
  proxy.heal();
  subscriber.connect();
  await received.count(3);
  await publisher.publish('event', records[3]);
  await received.count(4);
  assert.deepEqual(received.data, records.slice(0, 4));
  assert.equal(plugin.decoded, 2);
});

test('what a rewind gives is told as differences too', async () => {
  const plugin = countingPlugin();
  const name = uniqueName();
  const publisher = rest({ key }).channels.get(name);
  await publisher.publish(records.slice(0, 2).map((data) => ({ data })));
  await publisher.publish('event', records[2]);
  const rewound = await inbox(deltaClient(plugin).channels.get(name, { params: { delta: 'vcdiff', rewind: '3' } }));
  await rewound.count(3);
  await publisher.publish('event', records[3]);
  await rewound.count(4);
  assert.deepEqual(rewound.data, records.slice(0, 4));
  assert.equal(plugin.decoded, 3);
});

test('a client whose decoder fails gets every message all the same', async () => {
  const failing = {
    decode() {
      throw new Error('this decoder never succeeds');
    },
  };
  const channel = deltaClient(failing).channels.get(uniqueName(), asDeltas);
  const received = await inbox(channel);
  const publisher = rest({ key }).channels.get(channel.name);
  for (const record of records) {
    await publisher.publish('event', record);
  }
  await received.count(records.length);
  assert.deepEqual(received.data, records);
});

// As many at once as fit into one request of comet, into which the SDK puts all that waits.
async function publishInTurns(channel, texts) {
  for (let from = 0; from < texts.length; from += 16) {
    await publishAll(channel, texts.slice(from, from + 16));
  }
}

test('a document that is edited a thousand times takes a tenth of its bytes, also across a resume', async () => {
  const plugin = countingPlugin();
  const name = uniqueName();
  const subscriber = deltaClient(plugin, { port: proxy.port });
  const received = await inbox(subscriber.channels.get(name, asDeltas));
  const publisher = await connected(realtime({ key }));
  const edits = [...documents(EDITS)];
  const whole = edits.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  const before = proxy.bytesToClients();
  await publishInTurns(publisher.channels.get(name), edits.slice(0, 600));
  await received.count(600);
  const dropped = drop(subscriber);
  proxy.partition();
  await dropped;
  await publishInTurns(publisher.channels.get(name), edits.slice(600, 700));
  proxy.heal();
  subscriber.connect();
  await received.count(700);
  await publishInTurns(publisher.channels.get(name), edits.slice(700));
  await received.count(EDITS);
  const sent = proxy.bytesToClients() - before;
  assert.ok(received.data.every((text, index) => text === edits[index]));
  assert.ok(sent < whole / 10, `${sent} of ${whole} bytes were sent`);
});
