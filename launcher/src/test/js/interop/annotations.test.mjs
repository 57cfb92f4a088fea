import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { eventually, inbox, makeApp, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';

const mutable = { namespaces: [{ id: 'mutable', mutableMessages: true }] };
const everything = ['publish', 'subscribe', 'annotation_publish', 'annotation_subscribe'];

let key;
before(async () => ([key] = (await makeApp(undefined, mutable)).keys));

/** A message with those who listen: to messages and to annotations. */
async function withMessage() {
  const name = uniqueName('mutable:room');
  const channel = realtime({ key, clientId: 'ann' }).channels.get(name, { modes: everything });
  const received = await inbox(channel);
  const annotations = [];
  await channel.annotations.subscribe((annotation) => annotations.push(annotation));
  const { serials } = await channel.publish('event', 'text');
  await received.count(1);
  const summary = (check) =>
    eventually(
      () => received.messages.findLast((m) => m.action === 'message.summary' && check(m.annotations.summary)),
      `a summary that fits, of ${JSON.stringify(received.messages.at(-1).annotations)}`,
    );
  return { name, channel, received, annotations, serial: serials[0], summary };
}

const as = (clientId, name) => realtime({ key, clientId }).channels.get(name);
const plain = (value) => JSON.parse(JSON.stringify(value));

for (const over of ['realtime', 'REST']) {
  test(`an annotation over ${over} reaches its subscribers and is summed up for all`, async () => {
    const { name, received, annotations, serial, summary } = await withMessage();
    const client = over === 'realtime' ? realtime({ key, clientId: 'bob' }) : rest({ key, clientId: 'bob' });
    const publisher = client.channels.get(name);
    await publisher.annotations.publish(serial, { type: 'reaction:distinct.v1', name: '👍', data: { why: 'good' } });
    await eventually(() => annotations.length === 1, 'the annotation arrives');

    const [annotation] = annotations;
    assert.equal(annotation.action, 'annotation.create');
    assert.equal(annotation.messageSerial, serial);
    assert.equal(annotation.type, 'reaction:distinct.v1');
    assert.equal(annotation.name, '👍');
    assert.equal(annotation.clientId, 'bob');
    assert.deepEqual(annotation.data, { why: 'good' });
    assert.ok(annotation.serial > serial);
    assert.ok(annotation.id && annotation.timestamp > 0);
    const told = await summary((s) => s['reaction:distinct.v1']);
    assert.equal(told.serial, serial);
    assert.deepEqual(plain(told.annotations.summary), {
      'reaction:distinct.v1': { '👍': { total: 1, clientIds: ['bob'], clipped: false } },
    });

    await publisher.annotations.delete(serial, { type: 'reaction:distinct.v1', name: '👍' });
    await eventually(() => annotations.length === 2, 'the deletion arrives');
    assert.equal(annotations[1].action, 'annotation.delete');
    await summary((s) => !s['reaction:distinct.v1']);
    assert.deepEqual(received.data.slice(1).filter((data) => data !== undefined), []);
  });
}

test('every method sums up as it says', async () => {
  const { name, serial, channel, summary } = await withMessage();
  const ann = as('ann', name).annotations;
  const bob = as('bob', name).annotations;
  for (const type of ['n:total.v1', 'n:flag.v1']) {
    await ann.publish(serial, { type });
    await bob.publish(serial, { type });
    await bob.publish(serial, { type });
  }
  await ann.delete(serial, { type: 'n:flag.v1' });
  await ann.publish(serial, { type: 'n:distinct.v1', name: 'a' });
  await ann.publish(serial, { type: 'n:distinct.v1', name: 'b' });
  await bob.publish(serial, { type: 'n:distinct.v1', name: 'b' });
  await ann.publish(serial, { type: 'n:unique.v1', name: 'a' });
  await ann.publish(serial, { type: 'n:unique.v1', name: 'b' });
  await bob.publish(serial, { type: 'n:unique.v1', name: 'b' });
  await bob.delete(serial, { type: 'n:unique.v1' });
  await ann.publish(serial, { type: 'n:multiple.v1', name: 'a', count: 3 });
  await ann.publish(serial, { type: 'n:multiple.v1', name: 'a' });
  await bob.publish(serial, { type: 'n:multiple.v1', name: 'a', count: 2 });
  await realtime({ key }).channels.get(name).annotations.publish(serial, { type: 'n:multiple.v1', name: 'a', count: 5 });
  const list = (total, ...clientIds) => ({ total, clientIds, clipped: false });
  const expected = {
    'n:total.v1': { total: 3 },
    'n:flag.v1': list(1, 'bob'),
    'n:distinct.v1': { a: list(1, 'ann'), b: list(2, 'ann', 'bob') },
    'n:unique.v1': { b: list(1, 'ann') },
    'n:multiple.v1': {
      a: { total: 11, clientIds: { ann: 4, bob: 2 }, totalUnidentified: 5, totalClientIds: 2, clipped: false },
    },
  };
  const told = await summary((s) => s['n:multiple.v1']?.a.total === 11);
  assert.deepEqual(plain(told.annotations.summary), expected);
  assert.deepEqual(plain((await channel.getMessage(serial)).annotations.summary), expected);
  const [stored] = (await rest({ key }).channels.get(name).history()).items;
  assert.deepEqual(plain(stored.annotations.summary), expected);

  const response = await rest({ key, clientId: 'bob' }).request(
    'get',
    `/channels/${encodeURIComponent(name)}/messages/${encodeURIComponent(serial)}/client-summary`,
    6,
  );
  assert.deepEqual(plain(response.items[0])['n:distinct.v1'], {
    a: { total: 1, clientIds: [], clipped: true },
    b: { total: 2, clientIds: ['bob'], clipped: true },
  });
});

test('annotations are listed oldest first, page by page', async () => {
  const { name, channel, serial } = await withMessage();
  for (const label of ['a', 'b', 'c', 'd', 'e']) {
    await channel.annotations.publish(serial, { type: 'n:multiple.v1', name: label });
  }
  await channel.annotations.delete(serial, { type: 'n:multiple.v1', name: 'a' });
  const labels = [];
  for (let page = await rest({ key }).channels.get(name).annotations.get(serial, { limit: 2 }); page; page = page.hasNext() ? await page.next() : null) {
    labels.push(page.items.map((annotation) => `${annotation.action.split('.')[1]} ${annotation.name}`));
  }
  assert.deepEqual(labels, [['create a', 'create b'], ['create c', 'create d'], ['create e', 'delete a']]);
  assert.equal((await channel.annotations.get(serial, {})).items.length, 6);
});

test('annotations of a type without a method are delivered and listed', async () => {
  const { name, channel, annotations, serial } = await withMessage();
  await channel.annotations.publish(serial, { type: 'com.ably.reactions', name: 'like' });
  await eventually(() => annotations.length === 1, 'the annotation arrives');
  const { items } = await rest({ key }).channels.get(name).annotations.get(serial, null);
  assert.deepEqual(items.map((annotation) => annotation.type), ['com.ably.reactions']);
});

test('only who asks for annotations gets them, and only if the key allows it', async () => {
  const { name, channel, serial } = await withMessage();
  const plainChannel = as('bob', name);
  const received = await inbox(plainChannel);
  assert.equal((await refusal(() => plainChannel.annotations.subscribe(() => {}))).code, 93001);
  await channel.annotations.publish(serial, { type: 'n:flag.v1' });
  await received.count(1);
  assert.equal(received.messages[0].action, 'message.summary');

  const app = await makeApp([{ '*': ['subscribe', 'publish', 'annotation-publish'] }], mutable);
  const limited = realtime({ key: app.keys[0] }).channels.get(uniqueName('mutable:room'), { modes: everything });
  await limited.attach();
  assert.ok(!limited.modes.includes('annotation_subscribe'));
  assert.equal((await refusal(() => limited.annotations.subscribe(() => {}))).code, 93001);
});

test('what cannot be annotated is refused with a code', async () => {
  const { name, channel, serial } = await withMessage();
  const both = (act) => [realtime({ key }), rest({ key })].map((client) => refusal(() => act(client)));
  const codes = async (act) => (await Promise.all(both(act))).map((error) => error.code);
  const on = (client) => client.channels.get(name).annotations;
  assert.deepEqual(await codes((c) => on(c).publish(serial, { type: 'n:flag.v1' })), [40161, 40161]);
  assert.deepEqual(await codes((c) => on(c).publish(serial, { type: 'n:distinct.v1', clientId: 'x' })), [40003, 40003]);
  assert.deepEqual(await codes((c) => on(c).publish(serial, { name: 'x' })), [40003, 40003]);
  assert.deepEqual(await codes((c) => on(c).publish('nonsense', { type: 'n:total.v1' })), [40003, 40003]);
  const unknown = serial.replace(/-\d+@/, '-999@');
  assert.deepEqual(await codes((c) => on(c).publish(unknown, { type: 'n:total.v1' })), [40400, 40400]);
  const elsewhere = realtime({ key }).channels.get(uniqueName());
  const { serials } = await elsewhere.publish('event', 'text');
  assert.deepEqual(
    await codes((c) => c.channels.get(elsewhere.name).annotations.publish(serials[0], { type: 'n:total.v1' })),
    [93002, 93002],
  );
  const app = await makeApp([{ '*': ['subscribe', 'publish'] }], mutable);
  const weak = (client) => client.channels.get(channel.name).annotations.publish(serial, { type: 'n:total.v1' });
  assert.equal((await refusal(() => weak(realtime({ key: app.keys[0] })))).code, 40160);
  assert.equal((await refusal(() => weak(rest({ key: app.keys[0] })))).code, 40160);
  const deaf = realtime({ key }).channels.get(name, { modes: ['subscribe'] });
  await deaf.attach();
  assert.equal((await refusal(() => deaf.annotations.publish(serial, { type: 'n:total.v1' }))).code, 40165);
});

test('an update keeps the summary of a message', async () => {
  const { channel, serial, summary } = await withMessage();
  await channel.annotations.publish(serial, { type: 'n:flag.v1' });
  await summary((s) => s['n:flag.v1']);
  await channel.updateMessage({ serial, data: 'changed' });
  const latest = await channel.getMessage(serial);
  assert.equal(latest.data, 'changed');
  assert.deepEqual(plain(latest.annotations.summary), { 'n:flag.v1': { total: 1, clientIds: ['ann'], clipped: false } });
});

test('an annotation with an id is taken once', async () => {
  const { name, channel, serial } = await withMessage();
  for (let i = 0; i < 3; i++) {
    await channel.annotations.publish(serial, { type: 'n:total.v1', id: 'once' });
    await rest({ key, clientId: 'ann' }).channels.get(name).annotations.publish(serial, { type: 'n:total.v1', id: 'once' });
  }
  assert.deepEqual(plain((await channel.getMessage(serial)).annotations.summary), { 'n:total.v1': { total: 1 } });
});
