import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as Ably from 'ably';
import { LiveCounter, LiveMap, LiveObjects } from 'ably/liveobjects';
import { eventually, makeApp, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';

const MODES = ['OBJECT_SUBSCRIBE', 'OBJECT_PUBLISH'];

let key;
let readKey;
let plainKey;
before(async () => {
  ({
    keys: [key, readKey, plainKey],
  } = await makeApp([
    { '[*]*': ['*'] },
    { '*': ['object-subscribe'] },
    { '*': ['publish', 'history'] },
  ]));
});

const withObjects = (options) => realtime({ key, plugins: { LiveObjects }, ...options });
const channelOf = (client, name, modes = MODES) => client.channels.get(name, { modes });
const restObject = (name, options) =>
  rest({ key, plugins: { LiveObjects }, ...options }).channels.get(name).object;

/** Both see the same in the end. */
const agree = (one, other, what = 'both have the same objects') =>
  eventually(() => {
    try {
      assert.deepEqual(one.compactJson(), other.compactJson());
      return true;
    } catch {
      return false;
    }
  }, what);

test('a channel without objects has an empty root', async () => {
  const channel = channelOf(withObjects(), uniqueName());
  const root = await channel.object.get();
  assert.deepEqual(root.compactJson(), {});
  assert.deepEqual(channel.modes.map((mode) => mode.toUpperCase()).sort(), [...MODES].sort());
});

test('every kind of value comes back as it was set, live and at the next attach', async () => {
  const name = uniqueName();
  const writer = await channelOf(withObjects(), name).object.get();
  const reader = await channelOf(withObjects(), name).object.get();
  const values = {
    text: 'grüße 🎈',
    empty: '',
    zero: 0,
    small: -(2 ** 53 - 1),
    large: 2 ** 53 - 1,
    fraction: 0.1,
    no: false,
    yes: true,
    object: { a: [1, 'two', null], b: { c: true } },
    list: [1, 2, 3],
  };
  for (const [keyOf, value] of Object.entries(values)) {
    await writer.set(keyOf, value);
  }
  await writer.set('bytes', Buffer.from([0, 1, 254, 255]));
  await writer.set('noBytes', Buffer.alloc(0));
  const expected = { ...values, bytes: 'AAH+/w==', noBytes: '' };
  assert.deepEqual(writer.compactJson(), expected);
  await agree(reader, writer);
  const later = await channelOf(withObjects(), name).object.get();
  assert.deepEqual(later.compactJson(), expected);
});

test('nested maps and counters are created at once, changed and removed', async () => {
  const name = uniqueName();
  const writer = await channelOf(withObjects(), name).object.get();
  const reader = await channelOf(withObjects(), name).object.get();
  await writer.set(
    'game',
    LiveMap.create({ score: LiveCounter.create(5), players: LiveMap.create({ ada: 'captain', bob: 'keeper' }) }),
  );
  await agree(reader, writer);
  await reader.get('game').get('score').increment(7);
  await writer.get('game').get('score').decrement(2);
  await reader.get('game').get('players').remove('bob');
  await writer.get('game').get('players').set('cyd', true);
  const expected = { game: { score: 10, players: { ada: 'captain', cyd: true } } };
  await eventually(() => JSON.stringify(writer.compactJson()) === JSON.stringify(expected), 'the writer has it all');
  await agree(reader, writer);
  const later = await channelOf(withObjects(), name).object.get();
  assert.deepEqual(later.compactJson(), expected);
});

test('an operation is applied once, whether its acknowledgement or its echo comes first', async () => {
  const name = uniqueName();
  const writer = await channelOf(withObjects(), name).object.get();
  await writer.set('count', LiveCounter.create(0));
  await Promise.all(Array.from({ length: 50 }, () => writer.get('count').increment(1)));
  assert.equal(writer.get('count').value(), 50);
  // Its own echoes are behind everything that another client sees of it.
  const reader = await channelOf(withObjects(), name).object.get();
  await reader.get('count').increment(1);
  await eventually(() => writer.get('count').value() === 51, 'the increment of the other arrives');
});

test('a batch is performed whole or not at all', async () => {
  const name = uniqueName();
  const writer = await channelOf(withObjects(), name).object.get();
  const reader = await channelOf(withObjects(), name).object.get();
  await writer.set('count', LiveCounter.create(0));
  await writer.set('part', LiveMap.create({ old: 1 }));
  await eventually(() => reader.get('part').get('old').value() === 1, 'the reader has the map');
  const seen = [];
  reader.subscribe(() => seen.push(reader.compactJson()));
  await writer.batch((all) => {
    all.set('a', 1);
    all.get('count').increment(2);
    all.get('part').remove('old');
    all.get('part').set('new', LiveMap.create({ deep: LiveCounter.create(3) }));
  });
  const expected = { a: 1, count: 2, part: { new: { deep: 3 } } };
  assert.deepEqual(writer.compactJson(), expected);
  await agree(reader, writer);
  assert.deepEqual(seen.at(-1), expected);
  const tooLarge = writer.batch((all) => {
    all.get('count').increment(1);
    all.set('big', 'x'.repeat(70_000));
  });
  assert.equal((await refusal(() => tooLarge)).code, 40009);
  const later = await channelOf(withObjects(), name).object.get();
  assert.deepEqual(later.compactJson(), expected);
});

test('many objects come in several pages', async () => {
  const name = uniqueName();
  const writer = await channelOf(withObjects(), name).object.get();
  const entries = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`key${i}`, 'x'.repeat(900)]));
  for (const part of ['a', 'b', 'c', 'd']) {
    await writer.set(part, LiveMap.create(entries));
  }
  const later = await channelOf(withObjects(), name).object.get();
  assert.deepEqual(later.compactJson(), { a: entries, b: entries, c: entries, d: entries });
});

test('who comes back finds the objects as they are now', async () => {
  const name = uniqueName();
  const client = withObjects();
  const root = await channelOf(client, name).object.get();
  const other = await channelOf(withObjects(), name).object.get();
  await root.set('kept', 1);
  client.connection.connectionManager.disconnectAllTransports();
  await other.set('added', LiveCounter.create(3));
  await other.set('kept', 2);
  await other.get('added').increment(4);
  await agree(root, other);
  assert.deepEqual(root.compactJson(), { kept: 2, added: 7 });
});

test('modes and capabilities say who may read and write', async () => {
  const name = uniqueName();
  const reader = channelOf(withObjects({ key: readKey }), name);
  const root = await reader.object.get();
  assert.deepEqual(reader.modes.map((mode) => mode.toUpperCase()), ['OBJECT_SUBSCRIBE']);
  assert.equal((await refusal(() => root.set('a', 1))).code, 40024);
  const plain = channelOf(withObjects({ key: plainKey }), name);
  assert.equal((await refusal(() => plain.attach())).code, 40160);
  assert.equal((await refusal(() => restObject(name, { key: readKey }).publish({ path: '', mapSet: { key: 'a', value: { number: 1 } } }))).code, 40160);
  assert.equal((await refusal(() => restObject(name, { key: plainKey }).get())).code, 40160);
});

test('messages and objects share a channel, and everybody gets what they asked for', async () => {
  const name = uniqueName();
  const plain = realtime({ key }).channels.get(name);
  const messages = [];
  await plain.subscribe((message) => messages.push(message.data));
  const channel = channelOf(withObjects(), name, [...MODES, 'PUBLISH', 'SUBSCRIBE']);
  const root = await channel.object.get();
  for (let i = 0; i < 20; i += 1) {
    await root.set('i', i);
    await channel.publish('n', String(i));
  }
  await eventually(() => messages.length === 20, 'all messages');
  assert.deepEqual(messages, Array.from({ length: 20 }, (_, i) => String(i)));
  const page = await plain.history({ limit: 100 });
  assert.equal(page.items.length, 20);
});

test('REST writes by path and by id, and reads both ways', async () => {
  const name = uniqueName();
  const object = restObject(name);
  assert.deepEqual(await object.get(), {});
  const made = await object.publish({ path: 'votes', mapCreate: { semantics: 'lww', entries: {} } });
  assert.equal(made.channel, name);
  assert.match(made.objectIds[0], /^map:/);
  assert.equal(made.objectIds.length, 1);
  const up = await object.publish({ path: 'votes.up', counterCreate: { count: 3 } });
  await object.publish({ path: 'votes.down', counterCreate: { count: 0 } });
  const both = await object.publish({ path: 'votes.*', counterInc: { number: 2 } });
  assert.equal(both.objectIds.length, 2);
  await object.publish({ objectId: up.objectIds[0], counterInc: { number: 10 } });
  await object.publish([
    { path: '', mapSet: { key: 'a.b', value: { string: 'dotted' } } },
    { path: '', mapSet: { key: 'json', value: { json: { x: [1] } } } },
    { path: '', mapSet: { key: 'bytes', value: { bytes: Buffer.from('hi') } } },
    { path: '', mapSet: { key: 'same', value: { objectId: made.objectIds[0] } } },
    { objectId: made.objectIds[0], mapSet: { key: 'self', value: { objectId: made.objectIds[0] } } },
  ]);
  const all = await object.get();
  assert.deepEqual(all.votes, { up: 15, down: 2, self: { objectId: made.objectIds[0] } });
  assert.equal(all['a.b'], 'dotted');
  assert.equal(all.json, '{"x":[1]}');
  assert.equal(Buffer.from(all.bytes, 'base64').toString() === 'hi' || Buffer.from(all.bytes).toString() === 'hi', true);
  assert.deepEqual(await object.get({ path: 'votes.up' }), 15);
  assert.equal(await object.get({ path: 'a\\.b' }), 'dotted');
  assert.deepEqual(await object.get({ objectId: up.objectIds[0] }), 15);
  assert.equal(await object.get({ objectId: made.objectIds[0], path: 'down' }), 2);
  const full = await object.get({ compact: false, path: 'votes' });
  assert.equal(full.objectId, made.objectIds[0]);
  assert.deepEqual(full.map.entries.up.data, { objectId: up.objectIds[0], counter: { data: { number: 15 } } });
  assert.deepEqual(full.map.entries.self.data, { objectId: made.objectIds[0] });
  const leaf = await object.get({ compact: false, path: 'json' });
  assert.deepEqual(leaf, { json: { x: [1] } });

  const root = await channelOf(withObjects(), name).object.get();
  assert.equal(root.get('votes').get('up').value(), 15);
  await object.publish({ path: 'votes.up', counterInc: { number: -5 } });
  await eventually(() => root.get('votes').get('up').value() === 10, 'what REST does arrives');
});

test('objects that a REST caller names refer to each other in one publish', async () => {
  const object = restObject(uniqueName());
  const counter = await object.generateObjectId({ counterCreate: { count: 7 } });
  const map = await object.generateObjectId({
    mapCreate: { semantics: 'lww', entries: { count: { data: { objectId: counter.objectId } } } },
  });
  const { objectId, nonce, initialValue } = counter;
  await object.publish([
    { objectId, counterCreateWithObjectId: { nonce, initialValue } },
    { objectId: map.objectId, mapCreateWithObjectId: { nonce: map.nonce, initialValue: map.initialValue } },
    { path: '', mapSet: { key: 'stats', value: { objectId: map.objectId } } },
  ]);
  assert.deepEqual(await object.get(), { stats: { count: 7 } });
});

test('the same id is done once', async () => {
  const object = restObject(uniqueName());
  await object.publish({ path: 'hits', counterCreate: { count: 0 } });
  const once = { id: 'once', path: 'hits', counterInc: { number: 1 } };
  const [one, other] = [await object.publish(once), await object.publish(once)];
  assert.deepEqual(one, other);
  assert.equal((await object.get()).hits, 1);
});

test('what was refused is refused again with its id, though it could be done by then', async () => {
  const object = restObject(uniqueName());
  const once = { id: 'once', path: 'hits', counterInc: { number: 1 } };
  const first = await refusal(() => object.publish(once));
  await object.publish({ path: 'hits', counterCreate: { count: 5 } });
  const again = await refusal(() => object.publish(once));
  assert.equal(first.code, 92005);
  assert.deepEqual([again.code, again.statusCode, again.message], [first.code, first.statusCode, first.message]);
  assert.equal((await object.get()).hits, 5);
  await object.publish({ ...once, id: 'another' });
  assert.equal((await object.get()).hits, 6);
});

test('what cannot be done is refused with a reason', async () => {
  const name = uniqueName();
  const object = restObject(name);
  await object.publish({ path: 'n', counterCreate: {} });
  await object.publish({ path: '', mapSet: { key: 'text', value: { string: 't' } } });
  const code = async (op) => (await refusal(() => object.publish(op))).code;
  assert.equal(await code({ path: 'missing', counterInc: { number: 1 } }), 92005);
  assert.equal(await code({ path: 'text', counterInc: { number: 1 } }), 92007);
  assert.equal(await code({ path: '', counterInc: { number: 1 } }), 92007);
  assert.equal(await code({ path: 'n', mapSet: { key: 'a', value: { number: 1 } } }), 92007);
  assert.equal(await code({ counterInc: { number: 1 } }), 92006);
  assert.equal(await code({ objectId: 'nonsense', counterInc: { number: 1 } }), 92000);
  assert.equal(await code({ objectId: 'counter:nonsense@1', counterInc: { number: 1 } }), 92004);
  const unknown = `counter:${'A'.repeat(43)}@${Date.now()}`;
  assert.equal(await code({ objectId: unknown, counterInc: { number: 1 } }), 92004);
  assert.equal(await code({ path: '', mapSet: { key: 'a', value: { objectId: unknown } } }), 92004);
  assert.equal(await code({ path: '', mapSet: { key: 'a', value: {} } }), 92000);
  const gone = await refusal(() => object.get({ objectId: unknown }));
  assert.deepEqual([gone.code, gone.statusCode], [92004, 404]);
  assert.equal((await refusal(() => object.get({ path: 'a.b' }))).code, 92005);
  assert.deepEqual(await object.get(), { n: 0, text: 't' });
});

test('a publish that is too large is refused, and nothing of it is done', async () => {
  const name = uniqueName();
  const root = await channelOf(withObjects(), name).object.get();
  const error = await refusal(() => root.set('big', 'x'.repeat(70_000)));
  assert.equal(error.code, 40009);
  const object = restObject(name);
  const tooLarge = await refusal(() =>
    object.publish([
      { path: '', mapSet: { key: 'small', value: { string: 'x' } } },
      { path: '', mapSet: { key: 'big', value: { string: 'x'.repeat(70_000) } } },
    ]),
  );
  assert.equal(tooLarge.code, 40009);
  assert.deepEqual(await object.get(), {});
});

/** Attaches, and keeps what each `[meta]objects` message holds. */
async function told(name, objects, more = {}) {
  const messages = [];
  const channel = realtime({ key, ...more }).channels.get(name, { params: { objects } });
  await channel.subscribe('[meta]objects', (message) => messages.push(message));
  assert.deepEqual(channel.params, { objects });
  return messages;
}

test('a client that knows nothing of objects is told them by messages, at the attach and after changes', async () => {
  const name = uniqueName();
  const root = await channelOf(withObjects(), name).object.get();
  await root.set('count', LiveCounter.create(3));
  await root.set('text', 'ü');
  const messages = await told(name, 'objects');
  const latest = (kind) => messages.findLast(({ data }) => data.object?.[kind])?.data.object[kind];
  await eventually(() => latest('counter')?.count === 3 && latest('map'), 'the objects at the attach');
  assert.equal(latest('map').entries.text.data.string, 'ü');
  assert.equal(latest('map').entries.count.data.objectId, messages.find(({ data }) => data.object.counter).data.object.objectId);
  const first = messages.filter(({ data }) => data.syncId === messages[0].data.syncId);
  assert.deepEqual(first.map(({ data }) => data.nextCursor), ['1', undefined]);
  assert.ok(messages.every(({ action, id, connectionId }) => action === 'meta' && id && !connectionId));

  await Promise.all(Array.from({ length: 20 }, () => root.get('count').increment(1)));
  await eventually(() => latest('counter').count === 23, 'the count after changes');
  assert.ok(new Set(messages.map(({ data }) => data.syncId)).size < 10);
  const { items } = await rest({ key }).channels.get(name).history();
  assert.deepEqual(items, []);
});

test('a client is told that objects have changed, and where they can be read', async () => {
  const name = `shop:${uniqueName()}`;
  const root = await channelOf(withObjects(), name).object.get();
  const messages = await told(name, 'notification');
  await root.set('text', 'a');
  await eventually(() => messages.length > 0, 'a notification');
  assert.deepEqual(messages[0].data, { link: `/channels/${encodeURIComponent(name)}/object` });
  const { items } = await rest({ key }).request('GET', messages[0].data.link, 2);
  assert.deepEqual(items, [{ text: 'a' }]);
});

test('an object that fits into no message ends what is told, with a code', async () => {
  const name = uniqueName();
  const root = await channelOf(withObjects(), name).object.get();
  for (const part of ['a', 'b']) {
    await root.set(part, 'x'.repeat(40_000));
  }
  const messages = await told(name, 'objects');
  await eventually(() => messages.some(({ data }) => data.error?.code === 92001), 'the error');
});

test('to be told of objects by messages one may read the metadata of the channel', async () => {
  const channel = realtime({ key: plainKey }).channels.get(uniqueName(), { params: { objects: 'objects' } });
  assert.equal((await refusal(() => channel.attach())).code, 40160);
  const other = realtime({ key }).channels.get(uniqueName(), { params: { objects: 'all' } });
  assert.equal((await refusal(() => other.attach())).code, 40003);
});
