import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  connected, eventually, inbox, makeApp, numbers, reaches, realtime, refusal, rest, uniqueName,
} from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

let app;
let key;
before(async () => {
  app = await makeApp();
  [key] = app.keys;
});

test('a message reaches every subscriber, in order, with the publisher and a serial', async () => {
  const name = uniqueName();
  const alice = await connected(realtime({ key, clientId: 'alice' }));
  const bob = await connected(realtime({ key, clientId: 'bob' }));
  const atAlice = await inbox(alice.channels.get(name));
  const atBob = await inbox(bob.channels.get(name));
  await Promise.all(numbers(100).map((text) => alice.channels.get(name).publish('event', text)));
  await atAlice.count(100);
  await atBob.count(100);
  assert.deepEqual(atBob.data, numbers(100));
  assert.deepEqual(atAlice.data, numbers(100));
  const [first] = atBob.messages;
  assert.equal(first.clientId, 'alice');
  assert.equal(first.connectionId, alice.connection.id);
  assert.equal(first.name, 'event');
  assert.ok(first.serial);
  assert.ok(Math.abs(first.timestamp - Date.now()) < 60_000);
});

test('a publish of several messages arrives as several, in order', async () => {
  const client = await connected(realtime({ key }));
  const channel = client.channels.get(uniqueName());
  const received = await inbox(channel);
  await channel.publish(numbers(5).map((data) => ({ name: 'batch', data })));
  await received.count(5);
  assert.deepEqual(received.data, numbers(5));
});

test('a REST publish reaches realtime subscribers', async () => {
  const name = uniqueName();
  const received = await inbox(realtime({ key }).channels.get(name));
  await rest({ key }).channels.get(name).publish('event', 'by rest');
  await received.count(1);
  assert.deepEqual(received.data, ['by rest']);
});

const payloads = {
  'a text with every plane of unicode': 'grüße, 世界, 🌍, \u0000 and \u2028',
  'an empty text': '',
  'an object': { nested: { list: [1, 2.5, true, null, 'ü'] } },
  'an array': [1, 'two', { three: 3 }],
};
for (const [what, payload] of Object.entries(payloads)) {
  test(`${what} arrives as it was sent, by realtime, in history and in the other format`, async () => {
    const name = uniqueName();
    const publisher = realtime({ key });
    const received = await inbox(realtime({ key, useBinaryProtocol: true }).channels.get(name));
    const text = await inbox(realtime({ key, useBinaryProtocol: false }).channels.get(name));
    await publisher.channels.get(name).publish('ünï', payload);
    await received.count(1);
    await text.count(1);
    const { items } = await rest({ key }).channels.get(name).history();
    for (const message of [received.messages[0], text.messages[0], items[0]]) {
      assert.deepEqual(message.data, payload);
      assert.equal(message.name, 'ünï');
    }
  });
}

test('binary data arrives byte for byte, by realtime, in history and in the other format', async () => {
  const name = uniqueName();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const received = await inbox(realtime({ key, useBinaryProtocol: true }).channels.get(name));
  const text = await inbox(realtime({ key, useBinaryProtocol: false }).channels.get(name));
  await realtime({ key }).channels.get(name).publish('bytes', bytes);
  await received.count(1);
  await text.count(1);
  const { items } = await rest({ key }).channels.get(name).history();
  for (const message of [received.messages[0], text.messages[0], items[0]]) {
    assert.deepEqual(Buffer.from(message.data), bytes);
  }
});

test('extras.headers travel with the message', async () => {
  const channel = realtime({ key }).channels.get(uniqueName());
  const received = await inbox(channel);
  await channel.publish({ name: 'event', data: 'x', extras: { headers: { colour: 'red' } } });
  await received.count(1);
  assert.equal(received.messages[0].extras.headers.colour, 'red');
});

test('with echo off a client does not get its own messages, others do', async () => {
  const name = uniqueName();
  const silent = realtime({ key, echoMessages: false });
  const own = await inbox(silent.channels.get(name));
  const other = realtime({ key });
  const atOther = await inbox(other.channels.get(name));
  await silent.channels.get(name).publish('event', 'mine');
  await other.channels.get(name).publish('event', 'theirs');
  await atOther.count(2);
  await own.count(1);
  assert.deepEqual(own.data, ['theirs']);
});

test('a message above the limit is refused with 40009 and the connection stays', async () => {
  const client = await connected(realtime({ key }));
  const error = await refusal(() => rest({ key }).channels.get('big').publish('event', 'x'.repeat(70_000)));
  assert.equal(error.code, 40009);
  assert.equal(client.connection.state, 'connected');
});

test('rewind by count brings the newest messages, oldest first, then the live ones', async () => {
  const name = uniqueName();
  const publisher = realtime({ key }).channels.get(name);
  for (const text of numbers(5)) {
    await publisher.publish('event', text);
  }
  const received = await inbox(realtime({ key }).channels.get(name, { params: { rewind: '3' } }));
  await received.count(3);
  await publisher.publish('event', 'm5');
  await received.count(4);
  assert.deepEqual(received.data, numbers(4, 2));
});

test('rewind by time brings what is younger', async () => {
  const name = uniqueName();
  const publisher = realtime({ key }).channels.get(name);
  await publisher.publish('event', 'old');
  const young = Date.now() + 3_000;
  await eventually(() => Date.now() > young, 'three seconds pass');
  await publisher.publish('event', 'young');
  const received = await inbox(realtime({ key }).channels.get(name, { params: { rewind: '2s' } }));
  await received.count(1);
  await publisher.publish('event', 'live');
  await received.count(2);
  assert.deepEqual(received.data, ['young', 'live']);
});

test('rewind in the name works like the param', async () => {
  const name = uniqueName();
  await rest({ key }).channels.get(name).publish('event', 'before');
  const received = await inbox(realtime({ key }).channels.get(`[?rewind=1]${name}`));
  await received.count(1);
  assert.deepEqual(received.data, ['before']);
});

test('attach says whether there is a backlog', async () => {
  const name = uniqueName();
  const rewind = { params: { rewind: '1' } };
  const empty = realtime({ key }).channels.get(name, rewind);
  assert.equal((await empty.attach()).hasBacklog, false);
  await empty.publish('event', 'x');
  const full = realtime({ key }).channels.get(name, rewind);
  assert.equal((await full.attach()).hasBacklog, true);
});

test('modes asked for are granted and enforced', async () => {
  const name = uniqueName();
  const reader = realtime({ key }).channels.get(name, { modes: ['SUBSCRIBE'] });
  await reader.attach();
  assert.deepEqual(reader.modes.map((mode) => mode.toLowerCase()), ['subscribe']);
  assert.ok([40160, 40165].includes((await refusal(() => reader.publish('event', 'x'))).code));
});

test('detach stops the messages, attach starts them again', async () => {
  const name = uniqueName();
  const channel = realtime({ key }).channels.get(name);
  const received = await inbox(channel);
  await channel.publish('event', 'first');
  await received.count(1);
  await channel.detach();
  assert.equal(channel.state, 'detached');
  await rest({ key }).channels.get(name).publish('event', 'unheard');
  await channel.attach();
  await channel.publish('event', 'second');
  await received.count(2);
  assert.deepEqual(received.data, ['first', 'second']);
});

test('a bad channel name fails the channel with 40010, each time, and not the connection', async () => {
  const client = await connected(realtime({ key }));
  const channel = client.channels.get(':hell');
  for (const attempt of [1, 2]) {
    const error = await refusal(() => channel.attach());
    assert.equal(error.code, 40010, `attempt ${attempt}`);
    assert.equal(channel.state, 'failed');
  }
  assert.equal(client.connection.state, 'connected');
});

test('attach without the capability fails the channel with 40160', async () => {
  const { keys } = await makeApp([{ 'mine:*': ['subscribe', 'publish'] }]);
  const client = await connected(realtime({ key: keys[0] }));
  const channel = client.channels.get('theirs');
  const error = await refusal(() => channel.attach());
  assert.equal(error.code, 40160);
  assert.equal(error.statusCode, 401);
  assert.equal(channel.state, 'failed');
  assert.equal(client.connection.state, 'connected');
  await client.channels.get('mine:one').attach();
});

test('publish without the capability is refused with 40160, by realtime and by REST', async () => {
  const { keys } = await makeApp([{ '*': ['subscribe'] }]);
  const client = await connected(realtime({ key: keys[0] }));
  const channel = client.channels.get(uniqueName());
  await channel.attach();
  assert.equal((await refusal(() => channel.publish('event', 'x'))).code, 40160);
  assert.equal(channel.state, 'attached');
  const byRest = await refusal(() => rest({ key: keys[0] }).channels.get('any').publish('event', 'x'));
  assert.equal(byRest.code, 40160);
  assert.equal(byRest.statusCode, 401);
});

test('history and presence without the capability are refused with 40160', async () => {
  const { keys } = await makeApp([{ '*': ['publish'] }]);
  const channel = rest({ key: keys[0] }).channels.get('any');
  assert.equal((await refusal(() => channel.history())).code, 40160);
  assert.equal((await refusal(() => channel.presence.get())).code, 40160);
});

test('as many channels on one connection as the node allows', async () => {
  const client = await connected(realtime({ key }));
  const prefix = uniqueName();
  await Promise.all(Array.from({ length: 200 }, (_, i) => client.channels.get(`${prefix}:${i}`).attach()));
  const error = await refusal(() => client.channels.get(`${prefix}:one-more`).attach());
  assert.equal(error.code, 90010);
});

test('a channel that failed can be attached once the rights are there', async () => {
  const name = uniqueName();
  const client = realtime({ key, useTokenAuth: true, defaultTokenParams: { capability: { other: ['*'] } } });
  await connected(client);
  const channel = client.channels.get(name);
  assert.equal((await refusal(() => channel.attach())).code, 40160);
  await client.auth.authorize({ capability: { [name]: ['*'] } });
  await channel.attach();
  await reaches(channel, 'attached');
});

test('a client that changes its options while messages are on their way gets each once', async (t) => {
  const proxy = await cuttableProxy();
  t.after(() => proxy.close());
  const name = uniqueName();
  const client = await connected(realtime({ key: app.keys[0], port: proxy.port }));
  const channel = client.channels.get(name);
  const received = await inbox(channel);
  const publisher = rest({ key: app.keys[0] }).channels.get(name);
  await publisher.publish('event', 'm0');
  await received.count(1);
  for (let round = 0; round < 3; round += 1) {
    proxy.holdBack(true);
    await publisher.publish(numbers(5, 1 + 5 * round).map((data) => ({ data })));
    const changed = channel.setOptions({ params: { round: String(round) } });
    proxy.holdBack(false);
    await changed;
  }
  await publisher.publish('event', 'last');
  await received.count(17);
  assert.deepEqual(received.data, [...numbers(16), 'last']);
});

test('a channel that fails when its options change has nobody present any more', async () => {
  const name = uniqueName();
  const watcher = realtime({ key: app.keys[0] }).channels.get(name);
  const left = [];
  await watcher.presence.subscribe('leave', (member) => left.push(member.clientId));
  const channel = realtime({ key: app.keys[0], clientId: 'ada' }).channels.get(name);
  await channel.presence.enter();
  await assert.rejects(channel.setOptions({ params: { rewind: 'far' } }), { code: 40003 });
  assert.equal(channel.state, 'failed');
  await eventually(() => left.includes('ada'), 'ada leaves');
});
