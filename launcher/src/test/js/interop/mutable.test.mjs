import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  binary,
  drop,
  eventually,
  host,
  inbox,
  makeApp,
  numbers,
  port,
  realtime,
  refusal,
  rest,
  uniqueName,
} from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

const mutable = { namespaces: [{ id: 'mutable', mutableMessages: true }] };
const newName = () => uniqueName('mutable:room');

let key;
before(async () => ([key] = (await makeApp(undefined, mutable)).keys));

/** A channel with an inbox, and one message on it that the inbox has. */
async function withMessage(data = 'Hello', options = {}) {
  const name = newName();
  const channel = realtime({ key, ...options }).channels.get(name);
  const received = await inbox(channel);
  const { serials } = await channel.publish('greeting', data);
  await received.count(1);
  return { name, channel, received, serial: serials[0], message: received.messages[0] };
}

for (const over of ['realtime', 'REST']) {
  const editor = (name, options) =>
    (over === 'realtime' ? realtime({ key, ...options }) : rest({ key, ...options })).channels.get(name);

  test(`an update over ${over} changes what it brings, and tells who and why`, async () => {
    const { name, received, serial, message } = await withMessage();
    const operation = { clientId: 'ed', description: 'a typo', metadata: { reason: 'typo' } };
    const { versionSerial } = await editor(name).updateMessage({ serial, data: 'Hullo' }, operation);
    await received.count(2);

    const update = received.messages[1];
    assert.equal(update.action, 'message.update');
    assert.equal(update.serial, serial);
    assert.equal(update.data, 'Hullo');
    assert.equal(update.name, 'greeting');
    assert.equal(update.timestamp, message.timestamp);
    assert.equal(update.version.serial, versionSerial);
    assert.equal(update.version.clientId, 'ed');
    assert.equal(update.version.description, 'a typo');
    assert.deepEqual({ ...update.version.metadata }, { reason: 'typo' });
    assert.ok(versionSerial > serial);
    assert.ok(update.version.timestamp > message.timestamp);
    assert.notEqual(update.id, message.id);
  });

  test(`a delete over ${over} keeps the data, and can replace it`, async () => {
    const { name, received, serial } = await withMessage();
    await editor(name).deleteMessage({ serial });
    await received.count(2);
    assert.equal(received.messages[1].action, 'message.delete');
    assert.equal(received.messages[1].data, 'Hello');
    await editor(name).deleteMessage({ serial, data: '' });
    await received.count(3);
    assert.equal(received.messages[2].data, '');
  });

  test(`create, update, append and delete over ${over} are four events in order`, async () => {
    const { name, received, serial } = await withMessage();
    const channel = editor(name);
    await channel.updateMessage({ serial, data: 'Goodbye' });
    const { versionSerial } = await channel.appendMessage({ serial, data: ' World' });
    await channel.deleteMessage({ serial });
    await received.count(4);

    assert.deepEqual(
      received.messages.map((message) => [message.action, message.data, message.name]),
      [
        ['message.create', 'Hello', 'greeting'],
        ['message.update', 'Goodbye', 'greeting'],
        ['message.append', ' World', 'greeting'],
        ['message.delete', 'Goodbye World', 'greeting'],
      ],
    );
    assert.equal(received.messages[2].version.serial, versionSerial);
    assert.ok(received.messages.every((message) => message.serial === serial));
  });
}

test('objects and binary data are updated', async () => {
  const { channel, received, serial } = await withMessage({ a: 1 });
  await channel.updateMessage({ serial, data: { b: [2] }, name: 'other', extras: { headers: { c: 3 } } });
  await received.count(2);
  assert.deepEqual(received.messages[1].data, { b: [2] });
  assert.equal(received.messages[1].name, 'other');
  assert.deepEqual(received.messages[1].extras, { headers: { c: 3 } });
  await channel.updateMessage({ serial, data: Buffer.from([1, 2, 3]) });
  await received.count(3);
  assert.deepEqual([...new Uint8Array(received.messages[2].data)], [1, 2, 3]);
  assert.equal(received.messages[2].name, 'other');
  await channel.appendMessage({ serial, data: Buffer.from([4]) });
  const latest = await channel.getMessage(serial);
  assert.deepEqual([...new Uint8Array(latest.data)], [1, 2, 3, 4]);
});

test('a message that was received is given back as it came', async () => {
  const { channel, received, message } = await withMessage();
  for (const data of ['1', '2', '3']) {
    await channel.updateMessage(Object.assign(message, { data }));
  }
  await received.count(4);
  assert.deepEqual(received.data.slice(1), ['1', '2', '3']);
});

test('pipelined appends are joined in their order', async () => {
  const { name, channel, received, serial } = await withMessage('');
  await Promise.all(numbers(50).map((data) => channel.appendMessage({ serial, data })));
  const all = numbers(50).join('');
  assert.equal((await channel.getMessage(serial)).data, all);
  await eventually(() => received.data.join('') === all, 'all that was appended arrives');
  assert.equal((await rest({ key }).channels.get(name).history()).items[0].data, all);
});

const window = (millis) => ({ transportParams: { appendRollupWindow: millis } });

test('appends within a window become one, behind the first', async () => {
  const { channel, received, serial } = await withMessage('a', window(400));
  const results = await Promise.all(['b', 'c', 'd', 'e'].map((data) => channel.appendMessage({ serial, data })));
  await received.count(3);
  assert.deepEqual(received.data, ['a', 'b', 'cde']);
  assert.deepEqual(
    results.map((result) => result.versionSerial),
    [1, 2, 2, 2].map((index) => received.messages[index].version.serial),
  );
  assert.equal((await channel.getMessage(serial)).data, 'abcde');
});

test('without a window each append arrives by itself', async () => {
  const { channel, received, serial } = await withMessage('a', window(0));
  await Promise.all(['b', 'c', 'd'].map((data) => channel.appendMessage({ serial, data })));
  await received.count(4);
  assert.deepEqual(received.data, ['a', 'b', 'c', 'd']);
});

test('what follows appends on the channel is told after them', async () => {
  const { channel, received, serial } = await withMessage('a', window(400));
  await Promise.all([
    ...['b', 'c', 'd'].map((data) => channel.appendMessage({ serial, data })),
    channel.publish('event', 'next'),
    channel.updateMessage({ serial, data: 'new' }),
  ]);
  await received.count(5);
  assert.deepEqual(received.data.slice(0, 3), ['a', 'b', 'cd']);
  assert.deepEqual(received.data.slice(3).sort(), ['new', 'next']);
  const sent = received.messages.map((message) => Number(message.id.split(':')[1]));
  assert.deepEqual(sent, sent.toSorted((one, other) => one - other), 'in the order in which the SDK sent them');
});

test('appends that were made one are found when they are sent again', async () => {
  const proxy = await cuttableProxy();
  const { name, received, serial } = await withMessage('a');
  const client = realtime({ key, port: proxy.port, ...window(500) });
  const away = drop(client);
  const editor = client.channels.get(name);
  const appended = Promise.all(['b', 'c', 'd', 'e'].map((data) => editor.appendMessage({ serial, data })));
  await received.count(2);
  proxy.cut();
  await away;
  // How many of them had reached the node, and were made one there, nobody can tell.
  const versions = new Set((await appended).map((result) => result.versionSerial));
  await received.count(1 + versions.size);
  proxy.close();
  assert.equal(joined(received.messages), 'abcde');
  assert.equal((await rest({ key }).channels.get(name).getMessage(serial)).data, 'abcde');
});

test('who attaches later gets the whole message with the first append, and then what is added', async () => {
  const { name, channel, serial } = await withMessage('a');
  const late = await inbox(realtime({ key }).channels.get(name));
  for (const data of ['b', 'c']) {
    await channel.appendMessage({ serial, data });
  }
  await eventually(() => late.messages.length > 0 && joined(late.messages) === 'abc', 'all of it arrives');
  assert.equal(late.messages[0].action, 'message.update');
  assert.equal(late.messages[0].version.serial > serial, true);
});

/** What a client shows that joins what is appended. */
function joined(messages) {
  return messages.reduce((text, message) => (message.action === 'message.append' ? text + message.data : message.data), '');
}

test('a rewind gives the latest version, and what is appended then is only what is added', async () => {
  const { name, channel, received, serial } = await withMessage('Hello');
  await channel.appendMessage({ serial, data: ' World' }, { description: 'more' });
  await received.count(2);
  await channel.detach();
  const rewound = realtime({ key }).channels.get(name, { params: { rewind: '1' } });
  const late = await inbox(rewound);
  await late.count(1);
  assert.equal(late.messages[0].action, 'message.update');
  assert.equal(late.messages[0].data, 'Hello World');
  assert.equal(late.messages[0].serial, serial);
  assert.equal(late.messages[0].version.description, 'more');
  await rest({ key }).channels.get(name).appendMessage({ serial, data: '!' });
  await late.count(2);
  assert.deepEqual([late.messages[1].action, late.messages[1].data], ['message.append', '!']);
});

test('appendMode=full tells the whole message every time', async () => {
  const { name, channel, serial } = await withMessage('a');
  const full = realtime({ key }).channels.get(name, { params: { appendMode: 'full' } });
  const received = await inbox(full);
  assert.deepEqual({ ...full.params }, { appendMode: 'full' });
  for (const data of ['b', 'c', 'd']) {
    await channel.appendMessage({ serial, data });
  }
  await eventually(() => received.data.at(-1) === 'abcd', 'the last arrives');
  assert.ok(received.messages.every((message) => message.action === 'message.update'));
});

test('an event stream gets appends as they come, or whole with appendMode=full', async () => {
  const { name, channel, serial } = await withMessage('a');
  const params = (more) => new URLSearchParams({ v: '1.2', key, channels: name, rewind: '1', ...more });
  const streams = [];
  for (const more of [{}, { appendMode: 'full' }]) {
    const { body } = await fetch(`http://${host}:${port}/sse?${params(more)}`);
    streams.push(body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]());
  }
  await channel.appendMessage({ serial, data: 'b' });
  await channel.appendMessage({ serial, data: 'c' });
  const told = [];
  for (const stream of streams) {
    let text = '';
    const messages = () => [...text.matchAll(/^data: ?(.*)\n/gm)].map(([, json]) => JSON.parse(json));
    while (messages().length < 3) {
      text += (await stream.next()).value;
    }
    await stream.return();
    told.push(messages().map(({ action, data }) => [action, data]));
  }
  assert.deepEqual(told, [
    [[0, 'a'], [5, 'b'], [5, 'c']],
    [[0, 'a'], [1, 'ab'], [1, 'abc']],
  ]);
});

test('one message is read with all that became of it', async () => {
  const { name, channel, serial } = await withMessage();
  const reader = rest({ key }).channels.get(name);
  assert.equal((await reader.getMessage(serial)).action, 'message.create');
  await channel.updateMessage({ serial, data: 'one' }, { metadata: { n: '1' } });
  const { versionSerial } = await channel.updateMessage({ serial, data: 'two' });
  const latest = await reader.getMessage({ serial });
  assert.deepEqual([latest.data, latest.action, latest.version.serial], ['two', 'message.update', versionSerial]);

  const versions = await reader.getMessageVersions(serial);
  assert.deepEqual(versions.items.map((version) => version.data), ['Hello', 'one', 'two']);
  assert.deepEqual(versions.items.map((version) => version.action), [
    'message.create',
    'message.update',
    'message.update',
  ]);
  assert.deepEqual({ ...versions.items[1].version.metadata }, { n: '1' });
  assert.ok(versions.items.every((version) => version.serial === serial));
  const first = await channel.getMessageVersions(serial, { limit: 2 });
  assert.deepEqual(first.items.map((version) => version.data), ['Hello', 'one']);
  const second = await first.next();
  assert.deepEqual(second.items.map((version) => version.data), ['two']);
  assert.ok(second.isLast());
});

test('history shows each message once, in its place, in its latest version', async () => {
  const name = newName();
  const channel = realtime({ key }).channels.get(name);
  const { serials } = await channel.publish(numbers(4).map((data) => ({ data })));
  await channel.updateMessage({ serial: serials[1], data: 'changed' });
  await channel.deleteMessage({ serial: serials[2] });
  await channel.appendMessage({ serial: serials[3], data: '+' });
  for (const page of [await channel.history({ direction: 'forwards' }), await rest({ key }).channels.get(name).history({ direction: 'forwards' })]) {
    assert.deepEqual(page.items.map((message) => message.data), ['m0', 'changed', 'm2', 'm3+']);
    assert.deepEqual(page.items.map((message) => message.action), [
      'message.create',
      'message.update',
      'message.delete',
      'message.update',
    ]);
    assert.deepEqual(page.items.map((message) => message.serial), serials);
  }
});

test('an editor without echo hears of the changes of others only', async () => {
  const { name, channel, serial } = await withMessage();
  const quiet = realtime({ key, echoMessages: false }).channels.get(name);
  const received = await inbox(quiet);
  await quiet.updateMessage({ serial, data: 'own' });
  await channel.updateMessage({ serial, data: "another's" });
  await received.count(1);
  assert.deepEqual(received.data, ["another's"]);
});

test('what cannot be changed is refused with a code', async () => {
  const { channel, serial } = await withMessage();
  const elsewhere = realtime({ key }).channels.get(uniqueName());
  const { serials } = await elsewhere.publish('event', 'text');
  const both = (act) => [realtime({ key }), rest({ key })].map((client) => refusal(() => act(client)));
  for (const error of await Promise.all(
    both((client) => client.channels.get(elsewhere.name).updateMessage({ serial: serials[0], data: 'x' })),
  )) {
    assert.equal(error.code, 93002);
  }
  const unknown = serial.replace(/-\d+@/, '-999@');
  for (const error of await Promise.all(both((client) => client.channels.get(channel.name).deleteMessage({ serial: unknown })))) {
    assert.deepEqual([error.code, error.statusCode], [40400, 404]);
  }
  for (const error of await Promise.all(both((client) => client.channels.get(channel.name).deleteMessage({ serial: 'x' })))) {
    assert.deepEqual([error.code, error.statusCode], [40003, 400]);
  }
  for (const error of await Promise.all(
    both((client) => client.channels.get(channel.name).appendMessage({ serial, data: Buffer.from([1]) })),
  )) {
    assert.deepEqual([error.code, error.statusCode], [40013, 400]);
  }
  const object = (await channel.publish('event', { a: 1 })).serials[0];
  for (const error of await Promise.all(both((client) => client.channels.get(channel.name).appendMessage({ serial: object, data: { b: 2 } })))) {
    assert.deepEqual([error.code, error.statusCode], [40013, 400]);
  }
  assert.equal((await refusal(() => channel.getMessage(unknown))).code, 40400);
  assert.equal((await refusal(() => channel.getMessage('nonsense'))).code, 40003);
});

test('a message grows up to the size limit', async () => {
  const { channel, serial } = await withMessage('x'.repeat(65_000));
  assert.equal((await refusal(() => channel.appendMessage({ serial, data: 'y'.repeat(600) }))).code, 40009);
  await channel.appendMessage({ serial, data: 'y'.repeat(100) });
  assert.equal((await channel.getMessage(serial)).data.length, 65_100);
});

test('own messages are changed by those who may change their own', async () => {
  const rights = (...operations) => ({ 'mutable:*': ['subscribe', 'publish', 'history', ...operations] });
  const app = await makeApp(
    [{ '[*]*': ['*'] }, rights('message-update-own', 'message-delete-own'), rights('message-update-any'), rights()],
    mutable,
  );
  const [, own, anyUpdate, none] = app.keys;
  const name = newName();
  const ann = realtime({ key: own, clientId: 'ann' }).channels.get(name);
  const bob = realtime({ key: own, clientId: 'bob' }).channels.get(name);
  const { serials } = await ann.publish('event', 'text');
  const target = { serial: serials[0], data: 'changed' };
  await ann.updateMessage(target);
  await ann.appendMessage(target);
  assert.equal((await refusal(() => bob.updateMessage(target))).code, 40160);
  assert.equal((await refusal(() => bob.deleteMessage(target))).code, 40160);
  await ann.deleteMessage(target);
  assert.equal((await refusal(() => realtime({ key: own }).channels.get(name).updateMessage(target))).code, 40166);
  assert.equal((await refusal(() => rest({ key: own }).channels.get(name).updateMessage(target))).code, 40166);
  await realtime({ key: anyUpdate }).channels.get(name).updateMessage(target);
  assert.equal((await refusal(() => rest({ key: anyUpdate }).channels.get(name).deleteMessage(target))).code, 40160);
  assert.equal((await refusal(() => rest({ key: none, clientId: 'ann' }).channels.get(name).updateMessage(target))).code, 40160);
});

test('a message that another server gave its serial is not found', async () => {
  const serial = '01726585978590-001@abcdefghij:001';
  for (const channel of [rest({ key }), realtime({ key })].map((client) => client.channels.get(newName()))) {
    for (const action of [
      () => channel.getMessage(serial),
      () => channel.getMessageVersions(serial),
      () => channel.updateMessage({ serial, data: 'x' }),
      () => channel.deleteMessage({ serial }),
      () => channel.annotations.get(serial),
      () => channel.annotations.publish(serial, { type: 'n:total.v1' }),
    ]) {
      const error = await refusal(action);
      assert.deepEqual([error.statusCode, error.code], [404, 40400]);
    }
  }
});

test('a chat room is mutable without configuration', async () => {
  const channel = realtime({ key }).channels.get(`${uniqueName()}::$chat`);
  const { serials } = await channel.publish('chat.message', { text: 'hi', metadata: {} });
  await channel.updateMessage({ serial: serials[0], data: { text: 'hello', metadata: {} } });
  assert.deepEqual((await channel.getMessage(serials[0])).data, { text: 'hello', metadata: {} });
});

test('a client that comes back after an update is told of it', async () => {
  const { name, channel, serial } = await withMessage();
  const client = realtime({ key });
  const away = client.channels.get(name);
  const received = await inbox(away);
  client.connection.connectionManager.activeProtocol.transport.disconnect();
  await channel.updateMessage({ serial, data: 'one' });
  await channel.appendMessage({ serial, data: ' two' });
  await channel.appendMessage({ serial, data: ' three' });
  await eventually(() => received.messages.length > 0 && joined(received.messages) === 'one two three', 'all arrives');
  assert.equal(received.messages[0].data, 'one');
});

test(`frames are ${binary ? 'msgpack' : 'JSON'} with plain numbers and texts`, async () => {
  const { channel, serial } = await withMessage();
  await channel.updateMessage({ serial, data: 'x' });
  const latest = await channel.getMessage(serial);
  assert.equal(typeof latest.version.timestamp, 'number');
  assert.equal(typeof latest.timestamp, 'number');
});
