import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connected, eventually, inbox, jwt, makeApp, reaches, realtime, rest, uniqueName } from '../lib/hark.mjs';

let key;
let ordinary;
before(async () => {
  ({
    keys: [key, ordinary],
  } = await makeApp([{ '[*]*': ['*'] }, { '*': ['*'] }]));
});

test('channels that come into use are told of', async () => {
  const events = await inbox(realtime({ key }).channels.get('[meta]channel.lifecycle'));
  const client = realtime({ key });
  const mine = new Set();
  const opened = await eventually(async () => {
    const name = uniqueName();
    mine.add(name);
    await client.channels.get(name).attach();
    return events.messages.find((event) => event.name === 'channel.opened' && mine.has(event.data.channelId));
  }, 'an event for a channel that was attached to');
  assert.equal(opened.data.name, opened.data.channelId);
  assert.equal(opened.data.status.isActive, true);
  assert.equal(typeof opened.data.status.occupancy.metrics.connections, 'number');
  await eventually(
    () => events.messages.some((event) => event.name === 'channel.region.active' && mine.has(event.data.channelId)),
    'the event for the region',
  );
});

test('connections that begin and end are told of', async () => {
  const events = await inbox(realtime({ key }).channels.get('[meta]connection.lifecycle'));
  const ids = new Set();
  const told = (name) => events.messages.find((event) => event.name === name && ids.has(event.data.connectionId));
  await eventually(async () => {
    const client = await connected(realtime({ key, clientId: 'bob' }));
    ids.add(client.connection.id);
    client.close();
    return told('connection.opened') && told('connection.closed');
  }, 'both events');
  assert.equal(told('connection.opened').data.clientId, 'bob');
});

test('what clients do with connections is told of, and what comes of it', async () => {
  const events = await inbox(realtime({ key }).channels.get('[meta]clientEvents:connections'));
  const ids = new Set();
  const told = (name) => events.messages.find((event) => event.name === name && ids.has(event.data.connectionId));
  await eventually(async () => {
    let clientId = 'ann';
    const client = await connected(
      realtime({ authCallback: (params, done) => done(null, jwt(ordinary, { 'x-ably-clientId': clientId })) }),
    );
    ids.add(client.connection.id);
    clientId = 'bob';
    await client.auth.authorize().catch(() => {});
    await reaches(client.connection, 'failed');
    const other = await connected(realtime({ key: ordinary }));
    ids.add(other.connection.id);
    other.close();
    return told('connection.opened') && told('connection.failed') && told('connection.closed');
  }, 'events for connections that begin, end and fail');
  assert.equal(told('connection.failed').data.code, 40102);
  assert.equal(told('connection.failed').data.clientId, 'ann');
  const refused = await eventually(async () => {
    await reaches(realtime({ key: `${ordinary}x` }).connection, 'failed');
    return events.messages.find((event) => event.name === 'connection.refused');
  }, 'an event for a connection that is refused');
  assert.equal(refused.data.code, 40101);
});

test('requests are told of with what they were answered', async () => {
  const events = await inbox(realtime({ key }).channels.get('[meta]clientEvents:apiRequests'));
  const told = (name) => events.messages.find((event) => event.name === name)?.data;
  await eventually(async () => {
    await rest({ key: ordinary }).channels.get('some').publish('event', 'text');
    await assert.rejects(rest({ key: ordinary }).channels.get('[meta]log').history(), { code: 40160 });
    return told('request.succeeded') && told('request.refused');
  }, 'both events');
  const { method, path, statusCode } = told('request.succeeded');
  assert.deepEqual({ method, path, statusCode }, { method: 'POST', path: '/channels/some/messages', statusCode: 201 });
  assert.equal(told('request.refused').statusCode, 401);
  assert.equal(told('request.refused').code, 40160);
});

test('an error that no client hears of is on [meta]log, also for those who come later', async () => {
  const mutable = await makeApp([{ '[*]*': ['*'] }], { namespaces: [{ id: 'mutable', mutableMessages: true }] });
  const ids = [];
  const log = rest({ key: mutable.keys[0] }).channels.get('[meta]log');
  await eventually(async () => {
    // Over comet the answer would be there before the connection is closed.
    const client = await connected(realtime({ key: mutable.keys[0], clientId: 'bob', transports: ['web_socket'] }));
    ids.push(client.connection.id);
    const channel = client.channels.get(`mutable:${uniqueName()}`);
    await channel.attach();
    channel.updateMessage({ serial: '01700000000000-000@local.1.77:000', data: 'new' }).catch(() => {});
    for (let turn = 0; turn < ids.length % 4; turn += 1) {
      await new Promise(setImmediate);
    }
    client.close();
    await reaches(client.connection, 'closed');
    return (await log.history()).items.length > 0;
  }, 'an event in history');
  const later = realtime({ key: mutable.keys[0] }).channels.get('[meta]log', { params: { rewind: '1' } });
  const rewound = await inbox(later);
  await rewound.count(1);
  const [{ name, data }] = rewound.messages;
  assert.equal(name, 'error');
  assert.equal(data.code, 40400);
  assert.equal(data.clientId, 'bob');
  assert.ok(ids.includes(data.connectionId));
});

test('one can only listen to a metachannel, needs the capability for it, and does not find it among the channels', async () => {
  const client = realtime({ key, clientId: 'bob' });
  const channel = client.channels.get('[meta]channel.lifecycle');
  await channel.attach();
  assert.deepEqual(channel.modes, ['subscribe']);
  await assert.rejects(channel.publish('channel.opened', {}), { code: 40160 });
  await assert.rejects(channel.presence.enter(), { code: 40160 });
  await assert.rejects(realtime({ key: ordinary }).channels.get('[meta]channel.lifecycle').attach(), { code: 40160 });
  const listed = await rest({ key }).request('GET', '/channels', 2, { by: 'id' });
  assert.ok(listed.items.every((name) => !name.startsWith('[meta]')));
});
