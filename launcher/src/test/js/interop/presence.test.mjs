import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connected, drop, eventually, makeApp, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

const MEMBERS = 250;

let app;
let key;
before(async () => {
  app = await makeApp(undefined, { limits: { presence: { maxMembers: MEMBERS } } });
  [key] = app.keys;
});

const proxies = [];
after(() => proxies.forEach((proxy) => proxy.close()));

/** Subscribes to presence and keeps the events, `present` ones left out. */
async function presenceEvents(channel) {
  const events = [];
  await channel.presence.subscribe(['enter', 'update', 'leave'], (member) => events.push(member));
  return events;
}

const told = (events) => events.map(({ action, clientId, data }) => [action, clientId, data]);

test('enter, update and leave reach everybody with their data', async () => {
  const name = uniqueName();
  const events = await presenceEvents(realtime({ key }).channels.get(name));
  const { presence } = realtime({ key, clientId: 'alice' }).channels.get(name);
  await presence.enter({ mood: 'fine' });
  await presence.update('busy');
  await presence.leave('bye');
  await eventually(() => events.length === 3, 'three events');
  assert.deepEqual(told(events), [
    ['enter', 'alice', { mood: 'fine' }],
    ['update', 'alice', 'busy'],
    ['leave', 'alice', 'bye'],
  ]);
});

test('get shows who is present, to those who come later too', async () => {
  const name = uniqueName();
  const alice = await connected(realtime({ key, clientId: 'alice' }));
  await alice.channels.get(name).presence.enter('hello');
  await realtime({ key, clientId: 'bob' }).channels.get(name).presence.enter();
  const { presence } = realtime({ key }).channels.get(name);
  const members = await presence.get();
  assert.deepEqual(members.map((member) => member.clientId).sort(), ['alice', 'bob']);
  const [only] = await presence.get({ clientId: 'alice' });
  assert.equal(only.data, 'hello');
  assert.equal(only.connectionId, alice.connection.id);
  assert.equal((await presence.get({ connectionId: alice.connection.id })).length, 1);
  const byRest = await rest({ key }).channels.get(name).presence.get();
  assert.deepEqual(byRest.items.map((member) => member.clientId).sort(), ['alice', 'bob']);
});

test('a member whose client closes leaves at once', async () => {
  const name = uniqueName();
  const events = await presenceEvents(realtime({ key }).channels.get(name));
  const alice = realtime({ key, clientId: 'alice' });
  await alice.channels.get(name).presence.enter();
  alice.close();
  await eventually(() => events.length === 2, 'the leave', 5_000);
  assert.equal(events[1].action, 'leave');
});

test('a member whose channel detaches leaves at once', async () => {
  const name = uniqueName();
  const events = await presenceEvents(realtime({ key }).channels.get(name));
  const channel = realtime({ key, clientId: 'alice' }).channels.get(name);
  await channel.presence.enter();
  await channel.detach();
  await eventually(() => events.length === 2, 'the leave', 5_000);
  assert.equal(events[1].action, 'leave');
});

test('a member stays when its client detaches the channel under another spelling', async () => {
  const name = uniqueName();
  const events = await presenceEvents(realtime({ key }).channels.get(name));
  const alice = realtime({ key, clientId: 'alice' });
  const channel = alice.channels.get(name);
  await channel.presence.enter();
  const rewound = alice.channels.get(`[?rewind=1]${name}`);
  await rewound.attach();
  await rewound.detach();
  await channel.presence.update('still here');
  await eventually(() => events.length === 2, 'the update');
  assert.deepEqual(told(events)[1], ['update', 'alice', 'still here']);
  await channel.detach();
  await eventually(() => events.length === 3, 'the leave');
  assert.equal(events[2].action, 'leave');
});

test('a member whose client detaches and attaches at once leaves and enters again', async () => {
  const name = uniqueName();
  const events = await presenceEvents(realtime({ key }).channels.get(name));
  const channel = realtime({ key, clientId: 'alice' }).channels.get(name);
  await channel.presence.enter();
  const states = [];
  channel.on((change) => states.push(change.current));
  const detached = assert.rejects(channel.detach(), { code: 90000 });
  // Refused if the node has answered the first request already; then the client is attached all the same.
  await channel.attach().catch(() => {});
  await detached;
  await eventually(() => events.length === 3, 'the leave and the second enter');
  assert.deepEqual(events.map((event) => event.action), ['enter', 'leave', 'enter']);
  assert.equal(states.filter((state) => state === 'attaching').length, 1, states.join());
});

test('a member whose socket vanishes leaves after remainPresentFor', async () => {
  const name = uniqueName();
  const events = await presenceEvents(realtime({ key }).channels.get(name));
  const proxy = await cuttableProxy();
  proxies.push(proxy);
  const alice = realtime({
    key,
    clientId: 'alice',
    port: proxy.port,
    transportParams: { remainPresentFor: 1000 },
  });
  await alice.channels.get(name).presence.enter();
  await eventually(() => events.length === 1, 'the enter');
  const gone = Date.now();
  proxy.partition();
  await eventually(() => events.length === 2, 'the leave', 10_000);
  assert.equal(events[1].action, 'leave');
  assert.equal(events[1].clientId, 'alice');
  const waited = Date.now() - gone;
  assert.ok(waited > 900 && waited < 4_000, `left after ${waited} ms`);
});

test('a member whose socket drops and comes back never leaves, and keeps what it said meanwhile', async () => {
  const name = uniqueName();
  const observer = realtime({ key }).channels.get(name);
  const events = await presenceEvents(observer);
  const proxy = await cuttableProxy();
  proxies.push(proxy);
  const alice = realtime({ key, clientId: 'alice', port: proxy.port });
  const { presence } = alice.channels.get(name);
  await presence.enter('first');
  const dropped = drop(alice);
  proxy.cut();
  await dropped;
  await connected(alice);
  // The SDK sends this before it re-enters the member as it was, which must not undo it.
  await presence.update('second');
  await presence.update('third');
  await eventually(() => events.some(({ data }) => data === 'third'), 'the last update');
  assert.deepEqual(told(events), [
    ['enter', 'alice', 'first'],
    ['update', 'alice', 'second'],
    ['update', 'alice', 'third'],
  ]);
  assert.deepEqual((await observer.presence.get()).map(({ data }) => data), ['third']);
});

test(`${MEMBERS} members of one connection are all seen by one who comes later`, async () => {
  const name = uniqueName();
  const { presence } = realtime({ key }).channels.get(name);
  await Promise.all(Array.from({ length: MEMBERS }, (_, i) => presence.enterClient(`member-${i}`, `data ${i}`)));
  const members = await realtime({ key }).channels.get(name).presence.get();
  assert.equal(members.length, MEMBERS);
  assert.equal(new Set(members.map((member) => member.clientId)).size, MEMBERS);
  assert.ok(members.every(({ clientId, data }) => data === clientId.replace('member-', 'data ')));
  const error = await refusal(() => presence.enterClient('one-too-many'));
  assert.equal(error.code, 91003);
});

test('presence history tells what happened', async () => {
  const name = `persisted:${uniqueName()}`;
  const channel = realtime({ key, clientId: 'alice' }).channels.get(name);
  await channel.presence.enter('in');
  await channel.presence.leave('out');
  const { items } = await channel.presence.history({ direction: 'forwards' });
  assert.deepEqual(told(items), [['enter', 'alice', 'in'], ['leave', 'alice', 'out']]);
});

test('enter without the capability is refused with 40160', async () => {
  const { keys } = await makeApp([{ '*': ['subscribe', 'publish'] }]);
  const { presence } = realtime({ key: keys[0], clientId: 'alice' }).channels.get(uniqueName());
  assert.equal((await refusal(() => presence.enter())).code, 40160);
});

test('the members that an app was made with are present', async () => {
  const fixture = { name: 'persisted:fixtures', presence: [{ clientId: 'client_string', data: 'text' }] };
  const { keys } = await makeApp(undefined, { channels: [fixture] });
  const [member] = await realtime({ key: keys[0] }).channels.get(fixture.name).presence.get();
  assert.equal(member.clientId, 'client_string');
  assert.equal(member.data, 'text');
});

test('the members of several channels are asked for at once', async () => {
  const [here, empty] = [uniqueName(), uniqueName()];
  const { presence } = realtime({ key, clientId: 'alice' }).channels.get(here);
  await presence.enter('in');
  const answer = await rest({ key }).batchPresence([here, empty, '[bad']);
  assert.equal(answer.successCount, 2);
  assert.equal(answer.failureCount, 1);
  assert.deepEqual(answer.results.map(({ channel }) => channel), [here, empty, '[bad']);
  const [alice] = answer.results[0].presence;
  assert.equal(alice.clientId, 'alice');
  assert.equal(alice.data, 'in');
  assert.deepEqual(answer.results[1].presence, []);
  assert.equal(answer.results[2].error.code, 40010);
});
