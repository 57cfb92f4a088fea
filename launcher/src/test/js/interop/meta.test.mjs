import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connected, eventually, inbox, makeApp, realtime, rest, uniqueName } from '../lib/hark.mjs';

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
