import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  connected, drop, eventually, inbox, makeApp, numbers, reaches, realtime, rest, uniqueName,
} from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

const recoverer = fileURLToPath(new URL('../lib/recover.mjs', import.meta.url));

let key;
let proxy;
before(async () => ([key] = (await makeApp()).keys));
beforeEach(async () => (proxy = await cuttableProxy()));
afterEach(() => proxy.close());

const throughProxy = (options) => realtime({ key, port: proxy.port, ...options });

/** Cuts the client off and lets nothing through until `proxy.heal()`. */
async function cutOff(client) {
  const dropped = drop(client);
  proxy.partition();
  await dropped;
}

test('a subscriber whose socket is cut again and again misses nothing and sees nothing twice', async () => {
  const name = uniqueName();
  const subscriber = await connected(throughProxy());
  const received = await inbox(subscriber.channels.get(name));
  const { id } = subscriber.connection;
  const publisher = realtime({ key }).channels.get(name);
  for (let round = 0; round < 5; round += 1) {
    const published = numbers(40, 40 * round).map((text) => publisher.publish('event', text));
    const dropped = drop(subscriber);
    proxy.cut();
    await Promise.all([...published, dropped]);
    await connected(subscriber);
  }
  await received.count(200);
  await publisher.publish('event', 'last');
  await received.count(201);
  assert.deepEqual(received.data, [...numbers(200), 'last']);
  assert.equal(subscriber.connection.id, id);
});

test('messages published while a client is away arrive when it is back, and the channel says it resumed', async () => {
  const name = uniqueName();
  const subscriber = await connected(throughProxy());
  const channel = subscriber.channels.get(name);
  const received = await inbox(channel);
  await cutOff(subscriber);
  await rest({ key }).channels.get(name).publish(numbers(5).map((data) => ({ data })));
  const resumed = new Promise((resolve) => channel.once('attached', resolve));
  proxy.heal();
  subscriber.connect();
  assert.equal((await resumed).resumed, true);
  await received.count(5);
  assert.deepEqual(received.data, numbers(5));
});

test('a publisher whose socket is cut loses nothing and doubles nothing', async () => {
  const name = uniqueName();
  const received = await inbox(realtime({ key }).channels.get(name));
  const publisher = await connected(throughProxy());
  const channel = publisher.channels.get(name);
  await channel.attach();
  for (let round = 0; round < 5; round += 1) {
    const published = numbers(40, 40 * round).map((text) => channel.publish('event', text));
    // The frames have left the SDK; their acknowledgements are cut off.
    await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    await Promise.all(published);
  }
  await channel.publish('event', 'last');
  await eventually(() => received.data.includes('last'), 'the last message');
  assert.deepEqual(received.data, [...numbers(200), 'last']);
});

test('a new process recovers the connection and gets what it missed', async () => {
  const name = uniqueName();
  const first = await connected(throughProxy());
  const received = await inbox(first.channels.get(name));
  const publisher = rest({ key }).channels.get(name);
  await publisher.publish('event', 'm0');
  await received.count(1);
  const { id, key: connectionKey } = first.connection;
  const recoveryKey = first.connection.createRecoveryKey();
  await cutOff(first);
  await publisher.publish(numbers(3, 1).map((data) => ({ data })));
  // Without this variable the child is a program of its own, not a test file.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = fork(recoverer, [key, recoveryKey, name, '3'], { env, silent: true });
  const [second] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  assert.equal(second.reason, null);
  assert.equal(second.connectionId, id);
  assert.notEqual(second.connectionKey, connectionKey);
  assert.equal(second.resumed, true);
  assert.deepEqual(second.received, numbers(3, 1));
});

test('a recovery key that no node made gives a new connection with 80018', async () => {
  const fake = JSON.stringify({ connectionKey: '_____!ablyjs_test_fake-key____', msgSerial: 3, channelSerials: {} });
  const client = realtime({ key, recover: fake });
  const change = await reaches(client.connection, 'connected');
  assert.equal(change.reason.code, 80018);
});

test('a message that the client publishes while it is away is sent when it is back', async () => {
  const name = uniqueName();
  const received = await inbox(realtime({ key }).channels.get(name));
  const client = await connected(throughProxy());
  await client.channels.get(name).attach();
  await cutOff(client);
  const published = client.channels.get(name).publish('event', 'queued');
  proxy.heal();
  client.connect();
  await published;
  await received.count(1);
  assert.deepEqual(received.data, ['queued']);
});
