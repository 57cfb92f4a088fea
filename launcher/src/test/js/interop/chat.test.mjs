import { ChatClient, ChatMessageEventType, MessageReactionType, PresenceEventType } from '@ably/chat';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  connected, drop, eventually, jwt, makeApp, numbers, reaches, realtime, refusal, rest, uniqueName,
} from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

let key;
before(async () => ([key] = (await makeApp()).keys));

/** The room as a client of its own has it, not attached yet. */
async function roomOf(name, clientId, options = {}, clientMore = {}) {
  const client = await connected(realtime({ key, clientId, ...clientMore }));
  return new ChatClient(client, { logLevel: 'silent' }).rooms.get(name, options);
}

/** The same, attached. */
async function enter(...args) {
  const room = await roomOf(...args);
  await room.attach();
  return room;
}

/** Keeps the events of whatever has `subscribe`. */
function events(feature) {
  const all = [];
  return Object.assign(all, { subscription: feature.subscribe((event) => all.push(event)) });
}

/** What a message says, without its class and methods. */
const plain = (value) => JSON.parse(JSON.stringify(value));
const texts = (page) => page.items.map(({ text }) => text);

test('a message reaches everybody in the room, and its sender has it as they have', async () => {
  const name = uniqueName('room/with ü:');
  const [ann, bob] = [await enter(name, 'ann'), await enter(name, 'bob')];
  const seen = [events(ann.messages), events(bob.messages)];

  const sent = await ann.messages.send({
    text: 'grüße 😀',
    metadata: { image: { url: 'x', sizes: [1, 2.5, null] } },
    headers: { text: 'h', number: 1, flag: true },
  });

  for (const received of seen) {
    await eventually(() => received.length === 1, 'the message');
    assert.equal(received[0].type, ChatMessageEventType.Created);
    assert.deepEqual(plain(received[0].message), plain(sent));
  }
  assert.equal(sent.clientId, 'ann');
  assert.equal(sent.action, 'message.create');
  assert.equal(sent.version.serial, sent.serial);
  assert.ok(Math.abs(sent.timestamp - Date.now()) < 60_000);
  assert.deepEqual(sent.metadata, { image: { url: 'x', sizes: [1, 2.5, null] } });
  assert.deepEqual(sent.headers, { text: 'h', number: 1, flag: true });
  assert.deepEqual(plain(await bob.messages.get(sent.serial)), plain(sent));
});

test('an edit and a deletion reach everybody, with who and why', async () => {
  const name = uniqueName('room');
  const [ann, bob] = [await enter(name, 'ann'), await enter(name, 'bob')];
  const received = events(bob.messages);
  const original = await ann.messages.send({ text: 'hi', metadata: { m: 1 }, headers: { h: 1 } });

  const edited = await bob.messages.update(
    original.serial,
    original.copy({ text: 'ho', headers: {} }),
    { description: 'typo', metadata: { by: 'moderator' } },
  );
  const deleted = await ann.messages.delete(original.serial, { description: 'gone' });

  await eventually(() => received.length === 3, 'all three');
  assert.deepEqual(received.map(({ type }) => type), [
    ChatMessageEventType.Created, ChatMessageEventType.Updated, ChatMessageEventType.Deleted,
  ]);
  assert.deepEqual(plain(received[1].message), plain(edited));
  assert.deepEqual(plain(received[2].message), plain(deleted));
  assert.equal(edited.text, 'ho');
  assert.equal(edited.clientId, 'ann');
  assert.deepEqual([edited.metadata, edited.headers], [{ m: 1 }, {}]);
  assert.deepEqual(
    [edited.version.clientId, edited.version.description, edited.version.metadata],
    ['bob', 'typo', { by: 'moderator' }],
  );
  assert.deepEqual(edited.timestamp, original.timestamp);
  assert.ok(edited.version.timestamp > original.version.timestamp);
  assert.deepEqual([deleted.text, deleted.metadata, deleted.headers], ['', {}, {}]);
  assert.equal(deleted.version.description, 'gone');
  assert.equal(original.with(received[2]).with(received[1]).text, '');
  assert.deepEqual(plain(await bob.messages.get(original.serial)), plain(deleted));
  assert.deepEqual(texts(await bob.messages.getVersions(original.serial)), ['hi', 'ho', '']);
});

test('reactions of every type are summed up, told and taken back', async () => {
  const name = uniqueName('room');
  const [ann, bob] = [
    await enter(name, 'ann'), await enter(name, 'bob', { messages: { rawMessageReactions: true } }),
  ];
  const summaries = events(bob.messages.reactions);
  const raw = [];
  bob.messages.reactions.subscribeRaw((event) => raw.push(event));
  const message = await ann.messages.send({ text: 'hi' });
  const react = (room, type, reaction, count) =>
    room.messages.reactions.send(message.serial, { type, name: reaction, count });
  const takeBack = (room, type, reaction) =>
    room.messages.reactions.delete(message.serial, { type, name: reaction });
  const list = (...clientIds) => ({ total: clientIds.length, clientIds, clipped: false });

  await react(ann, MessageReactionType.Unique, '👍');
  await react(ann, MessageReactionType.Unique, '❤️');
  await react(bob, MessageReactionType.Unique, '❤️');
  await react(ann, MessageReactionType.Distinct, '👍');
  await react(ann, MessageReactionType.Distinct, '🎉');
  await react(bob, undefined, '🎉');
  await react(ann, MessageReactionType.Multiple, '👏', 10);
  await react(ann, MessageReactionType.Multiple, '👏');
  await react(bob, MessageReactionType.Multiple, '👏', 2);
  const expected = {
    unique: { '❤️': list('ann', 'bob') },
    distinct: { '👍': list('ann'), '🎉': list('ann', 'bob') },
    multiple: {
      '👏': { total: 13, clientIds: { ann: 11, bob: 2 }, totalUnidentified: 0, totalClientIds: 2, clipped: false },
    },
  };
  await eventually(() => summaries.at(-1)?.reactions.multiple['👏']?.total === 13, 'the last summary');
  assert.equal(summaries.at(-1).messageSerial, message.serial);
  assert.deepEqual(plain(summaries.at(-1).reactions), expected);
  assert.deepEqual(plain((await ann.messages.get(message.serial)).reactions), expected);
  assert.deepEqual(plain(message.with(summaries.at(-1)).reactions), expected);
  await eventually(() => raw.length === 9, 'the single reactions');
  assert.deepEqual(
    raw.slice(-2).map(({ type, reaction }) => [type, reaction.type, reaction.name, reaction.count, reaction.clientId]),
    [['reaction.create', 'multiple', '👏', 1, 'ann'], ['reaction.create', 'multiple', '👏', 2, 'bob']],
  );
  assert.deepEqual(await ann.messages.reactions.clientReactions(message.serial), {
    unique: { '❤️': { total: 2, clientIds: ['ann'], clipped: true } },
    distinct: {
      '👍': { total: 1, clientIds: ['ann'], clipped: true },
      '🎉': { total: 2, clientIds: ['ann'], clipped: true },
    },
    multiple: {
      '👏': { total: 13, clientIds: { ann: 11 }, totalUnidentified: 0, totalClientIds: 2, clipped: true },
    },
  });

  await takeBack(ann, MessageReactionType.Unique);
  await takeBack(ann, MessageReactionType.Distinct, '👍');
  await takeBack(bob, MessageReactionType.Multiple, '👏');
  await eventually(() => summaries.at(-1).reactions.multiple['👏'].total === 11, 'the last summary');
  assert.deepEqual(plain(summaries.at(-1).reactions), {
    unique: { '❤️': list('bob') },
    distinct: { '🎉': list('ann', 'bob') },
    multiple: {
      '👏': { total: 11, clientIds: { ann: 11 }, totalUnidentified: 0, totalClientIds: 1, clipped: false },
    },
  });
  await eventually(() => raw.at(-1).type === 'reaction.delete', 'the one that was taken back');
});

test('history comes in pages, in either order, each message as it is now', async () => {
  const room = await enter(uniqueName('room'), 'ann');
  const sent = [];
  for (const text of numbers(7)) {
    sent.push(await room.messages.send({ text }));
  }
  await room.messages.update(sent[2].serial, { text: 'edited' });
  await room.messages.delete(sent[4].serial);
  await room.messages.reactions.send(sent[5].serial, { name: '👍' });
  const expected = ['m0', 'm1', 'edited', 'm3', '', 'm5', 'm6'];

  for (const [orderBy, all] of [['oldestFirst', expected], ['newestFirst', expected.toReversed()], [undefined, expected.toReversed()]]) {
    const pages = [];
    let page = await room.messages.history({ limit: 3, ...(orderBy && { orderBy }) });
    for (; page; page = page.hasNext() ? await page.next() : null) {
      pages.push(texts(page));
      assert.equal((await page.first()).items.length, 3);
    }
    assert.deepEqual(pages, [all.slice(0, 3), all.slice(3, 6), all.slice(6)]);
  }
  const last = (await room.messages.history({ start: sent[5].timestamp.getTime() })).items.at(-1);
  assert.equal(last.reactions.distinct['👍'].total, 1);
});

test('a subscription and what was said before it leave nothing out and nothing twice', async () => {
  const name = uniqueName('room');
  const ann = await enter(name, 'ann');
  let count = 0;
  const say = async (more) => {
    for (const end = count + more; count < end; count += 1) {
      await ann.messages.send({ text: `m${count}` });
    }
  };
  await say(6);
  const bob = await roomOf(name, 'bob');
  // The SDK takes the place of a frame before it emits what came in it: who subscribes between the two gets that twice. So
  // one subscription is there before the first frame, and the other comes when all that was said has arrived.
  const early = events(bob.messages);
  const saying = say(20);
  await bob.attach();
  await saying;
  await say(6);
  await eventually(() => early.at(-1).message.text === `m${count - 1}`, 'all that was said');
  const late = events(bob.messages);
  await say(6);
  await eventually(() => late.length === 6, 'more is said');

  for (const received of [early, late]) {
    const before = [];
    let page = await received.subscription.historyBeforeSubscribe({ limit: 10 });
    for (; page; page = page.hasNext() ? await page.next() : null) {
      before.unshift(...texts(page).reverse());
    }
    assert.ok(before.length > 5);
    assert.deepEqual([...before, ...received.map(({ message }) => message.text)], numbers(count));
  }
});

test('room reactions and typing reach those who are there, and nobody later', async () => {
  const name = uniqueName('room');
  const [ann, bob] = [await enter(name, 'ann', { typing: { heartbeatThrottleMs: 200 } }), await enter(name, 'bob')];
  const reactions = events(bob.reactions);
  const typing = events(bob.typing);

  await ann.reactions.send({ name: '🎉', metadata: { m: 1 }, headers: { h: 'x' } });
  await ann.typing.keystroke();
  await eventually(() => bob.typing.current.has('ann'), 'ann types');
  await ann.typing.stop();
  await eventually(() => bob.typing.current.size === 0, 'ann has stopped');

  const [{ reaction }] = reactions;
  assert.deepEqual(
    [reaction.name, reaction.clientId, reaction.metadata, reaction.headers, reaction.isSelf],
    ['🎉', 'ann', { m: 1 }, { h: 'x' }, false],
  );
  assert.deepEqual(typing.map(({ change }) => [change.clientId, change.type]), [
    ['ann', 'typing.started'], ['ann', 'typing.stopped'],
  ]);
  assert.deepEqual((await bob.messages.history({})).items, []);
});

test('who is in a room is told and asked for', async () => {
  const name = uniqueName('room');
  const [ann, bob] = [await enter(name, 'ann'), await enter(name, 'bob')];
  const told = events(bob.presence);
  await ann.presence.enter({ status: 'here' });
  await ann.presence.update({ status: 'away' });
  await bob.presence.enter();
  await eventually(() => told.length === 3, 'both are there');
  const present = await bob.presence.get();
  assert.deepEqual(present.map(({ clientId, data }) => [clientId, data]).sort(), [
    ['ann', { status: 'away' }], ['bob', undefined],
  ]);
  await eventually(() => ann.presence.isUserPresent('bob'), 'ann sees bob, too');
  await ann.presence.leave({ status: 'gone' });
  await eventually(() => told.length === 4, 'ann has left');
  assert.deepEqual(told.map(({ type, member }) => [type, member.clientId, member.data?.status]), [
    [PresenceEventType.Enter, 'ann', 'here'],
    [PresenceEventType.Update, 'ann', 'away'],
    [PresenceEventType.Enter, 'bob', undefined],
    [PresenceEventType.Leave, 'ann', 'gone'],
  ]);
  assert.equal(await bob.presence.isUserPresent('ann'), false);
});

test('how many are in a room is told and asked for', async () => {
  const name = uniqueName('room');
  const ann = await enter(name, 'ann', { occupancy: { enableEvents: true } });
  const told = events(ann.occupancy);
  const bob = await enter(name, 'bob');
  await bob.presence.enter();
  const both = { connections: 2, presenceMembers: 1 };
  await eventually(() => told.at(-1)?.occupancy.presenceMembers === 1, 'bob is counted');
  await eventually(() => ann.occupancy.current.connections === 2, 'both are counted');
  assert.deepEqual(ann.occupancy.current, both);
  assert.deepEqual(await bob.occupancy.get(), both);
  await bob.detach();
  await eventually(() => ann.occupancy.current.connections === 1, 'bob has gone');
  assert.deepEqual(await ann.occupancy.get(), { connections: 1, presenceMembers: 0 });
});

test('a client that was cut off misses nothing, and its room tells of no break', async (t) => {
  const name = uniqueName('room');
  const proxy = await cuttableProxy();
  t.after(() => proxy.close());
  const client = await connected(realtime({ key, clientId: 'ann', port: proxy.port }));
  const room = await new ChatClient(client, { logLevel: 'silent' }).rooms.get(name);
  await room.attach();
  const received = events(room.messages);
  const breaks = [];
  room.onDiscontinuity((reason) => breaks.push(reason));
  const bob = await enter(name, 'bob');
  const first = await bob.messages.send({ text: 'm0' });
  await eventually(() => received.length === 1, 'the first message');

  const dropped = drop(client);
  proxy.partition();
  await dropped;
  await bob.messages.send({ text: 'm1' });
  await bob.messages.update(first.serial, { text: 'edited' });
  proxy.heal();
  client.connect();

  await eventually(() => received.length === 3, 'what was missed');
  assert.deepEqual(received.map(({ message }) => message.text), ['m0', 'm1', 'edited']);
  assert.deepEqual(breaks, []);
});

test('a client whose place in the room is not known any more is told of the break, and can read what it missed', async (t) => {
  const name = uniqueName('room');
  const proxy = await cuttableProxy();
  t.after(() => proxy.close());
  const client = await connected(realtime({ key, clientId: 'ann', port: proxy.port }));
  const room = await new ChatClient(client, { logLevel: 'silent' }).rooms.get(name);
  await room.attach();
  const received = events(room.messages);
  const broken = new Promise((resolve) => room.onDiscontinuity(resolve));
  const bob = await enter(name, 'bob');
  await bob.messages.send({ text: 'm0' });
  await eventually(() => received.length === 1, 'the first message');

  const dropped = drop(client);
  proxy.partition();
  await dropped;
  await bob.messages.send({ text: 'm1' });
  room.channel.properties.channelSerial = 'of a server that has forgotten everything';
  proxy.heal();
  client.connect();

  const reason = await broken;
  assert.equal(reason.code, 102100);
  assert.equal(reason.cause.code, 90003);
  const missed = await received.subscription.historyBeforeSubscribe({ limit: 10 });
  assert.deepEqual(texts(missed), ['m1', 'm0']);
  await bob.messages.send({ text: 'm2' });
  await eventually(() => received.at(-1).message.text === 'm2', 'the next message');
});

test('what a token vouches for about its user in rooms stays with what the user said', async () => {
  const name = uniqueName('room');
  const reader = await enter(name, 'reader', { messages: { rawMessageReactions: true } });
  const received = events(reader.messages);
  const raw = [];
  reader.messages.reactions.subscribeRaw((event) => raw.push(event));
  const token = jwt(key, { 'x-ably-clientId': 'ann', [`ably.room.${name}`]: 'host' });
  const ann = await enter(name, 'ann', {}, { key: undefined, token });

  const sent = await ann.messages.send({ text: 'hi', headers: { h: 1 } });
  const edited = await reader.messages.update(sent.serial, { text: 'ho', headers: { h: 2 } });
  const deleted = await reader.messages.delete(sent.serial);
  await ann.messages.reactions.send(sent.serial, { name: '👍' });
  const extras = { userClaim: 'admin' };
  await ann.channel.annotations.publish(sent.serial, { type: 'reaction:distinct.v1', name: 'a', extras });
  await reader.channel.annotations.publish(sent.serial, { type: 'reaction:distinct.v1', name: 'b', extras });

  await eventually(() => received.length === 3 && raw.length === 3, 'everything');
  assert.deepEqual([sent, edited, deleted].map(({ userClaim }) => userClaim), ['host', 'host', 'host']);
  assert.deepEqual(received.map(({ message }) => message.userClaim), ['host', 'host', 'host']);
  assert.deepEqual(raw.map(({ reaction }) => reaction.userClaim), ['host', 'host', undefined]);
  assert.equal((await reader.messages.get(sent.serial)).userClaim, 'host');
});

test('what a client may not do in a room is refused with its code', async () => {
  const name = uniqueName('room');
  const ann = await enter(name, 'ann');
  const { serial } = await ann.messages.send({ text: 'hi' });
  const capability = JSON.stringify({ [`${name}::$chat`]: ['subscribe', 'publish', 'message-update-own'] });
  const token = jwt(key, { 'x-ably-clientId': 'eve', 'x-ably-capability': capability });
  const client = await connected(realtime({ token }));
  const { messages, occupancy } = await new ChatClient(client, { logLevel: 'silent' }).rooms.get(name);

  const codes = [];
  for (const action of [
    () => messages.update(serial, { text: 'x' }),
    () => messages.delete(serial),
    () => messages.reactions.send(serial, { name: 'x' }),
    () => messages.history({}),
    () => messages.get(serial),
    () => occupancy.get(),
    () => messages.send({ text: '' }),
    () => ann.messages.get(serial.replace(/:000$/, ':001')),
    () => ann.messages.reactions.send(serial, { type: 'flag', name: 'x' }),
  ]) {
    const error = await refusal(action);
    codes.push([error.statusCode, error.code]);
  }
  assert.deepEqual(codes, [
    ...Array(6).fill([401, 40160]), [400, 40001], [404, 40400], [400, 40003],
  ]);
  const own = await messages.send({ text: 'mine' });
  assert.equal((await messages.update(own.serial, { text: 'still mine' })).text, 'still mine');
  const anonymous = rest({ key });
  const answer = await anonymous.request('POST', `/chat/v4/rooms/${name}/messages`, 4, {}, { text: 'x' });
  assert.deepEqual([answer.statusCode, answer.errorCode], [401, 40161]);
});

test('a room that cannot be attached to says why, and one that is released leaves nothing behind', async () => {
  const name = uniqueName('room');
  const token = jwt(key, { 'x-ably-clientId': 'eve', 'x-ably-capability': JSON.stringify({ other: ['*'] }) });
  const eve = new ChatClient(await connected(realtime({ token })), { logLevel: 'silent' });
  const error = await refusal(async () => (await eve.rooms.get(name)).attach());
  assert.equal(error.code, 40160);

  const client = await connected(realtime({ key, clientId: 'ann' }));
  const chat = new ChatClient(client, { logLevel: 'silent', idempotentRestPublishing: true });
  const room = await chat.rooms.get(name);
  await room.attach();
  const { serial } = await room.messages.send({ text: 'with a key' });
  await room.messages.update(serial, { text: 'with another' });
  await room.messages.delete(serial);
  assert.deepEqual(texts(await room.messages.getVersions(serial)), ['with a key', 'with another', '']);
  const { channel } = room;
  await chat.rooms.release(name);
  await reaches(channel, 'detached');
});
