import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connected, inbox, makeApp, reaches, realtime, rest, uniqueName } from '../lib/hark.mjs';

let everything;
let ordinary;
let listener;
before(async () => {
  [everything, ordinary, listener] = (
    await makeApp([{ '[*]*': ['*'] }, { '*': ['*'] }, { '[filter]*': ['subscribe'] }])
  ).keys;
});

const headers = (number) => ({ headers: { number } });

/** Publishes five messages of which one is `filtered` with the number 26095. */
async function publishMixed(name) {
  const channel = rest({ key: everything }).channels.get(name);
  await channel.publish({ name: 'filtered', data: 'another number', extras: headers(1) });
  await channel.publish([
    { name: 'other', data: 'another name', extras: headers(26095) },
    { name: 'filtered', data: 'this one', extras: headers(26095) },
    { name: 'filtered', data: 'no headers' },
  ]);
  await channel.publish({ name: 'last', data: 'end' });
}

test('a derived channel brings what its filter selects, and the channel itself brings all', async () => {
  const name = uniqueName();
  const client = realtime({ key: everything });
  const filter = 'name == `"filtered"` && headers.number == `26095` || name == `"last"`';
  const derived = await inbox(client.channels.getDerived(name, { filter }));
  const all = await inbox(client.channels.get(name));
  await publishMixed(name);
  await derived.count(2);
  await all.count(5);
  assert.deepEqual(derived.data, ['this one', 'end']);
  assert.equal(derived.messages[0].id, all.messages[2].id);
  assert.equal(derived.messages[0].serial, all.messages[2].serial);
});

test('subscribers with the same filter and with others each get theirs', async () => {
  const name = uniqueName();
  const client = () => realtime({ key: listener });
  const inboxes = await Promise.all(
    ['name == `"other"`', 'name == `"other"`', 'name == `"last"`', 'headers', 'contains(data, `"number"`)'].map(
      (filter) => client().channels.getDerived(name, { filter }),
    ).map(inbox),
  );
  await publishMixed(name);
  await Promise.all([1, 1, 1, 3, 1].map((count, index) => inboxes[index].count(count)));
  assert.deepEqual(
    inboxes.map(({ data }) => data),
    [['another name'], ['another name'], ['end'], ['another number', 'another name', 'this one'], ['another number']],
  );
});

test('a filter that is no expression fails the channel, and the connection goes on', async () => {
  const client = await connected(realtime({ key: everything }));
  const channel = client.channels.getDerived(uniqueName(), { filter: 'name == ' });
  await assert.rejects(channel.attach(), (error) => error.code === 40003 && /filter/.test(error.message));
  assert.equal(channel.state, 'failed');
  assert.equal(client.connection.state, 'connected');
});

test('a filter that takes too long fails the channel instead of leaving messages out', async () => {
  const name = uniqueName();
  const filter = `[@, @]${' | [@, @][]'.repeat(12)}`;
  const channel = realtime({ key: everything }).channels.getDerived(name, { filter });
  await channel.subscribe(() => assert.fail('nothing can be selected'));
  const failed = reaches(channel, 'failed');
  await rest({ key: everything }).channels.get(name).publish('event', 'text');
  assert.equal((await failed).reason.code, 40003);
});

test('one can only listen to a derived channel, and needs the capability for it', async () => {
  const name = uniqueName();
  const filter = 'name == `"x"`';
  const client = realtime({ key: everything, clientId: 'bob' });
  const derived = client.channels.getDerived(name, { filter });
  await derived.attach();
  assert.deepEqual(derived.modes, ['subscribe']);
  await assert.rejects(derived.publish('x', 'y'), { code: 40160 });
  await assert.rejects(derived.presence.enter(), { code: 40160 });
  await assert.rejects(derived.history(), { code: 40010 });
  await assert.rejects(realtime({ key: ordinary }).channels.getDerived(name, { filter }).attach(), { code: 40160 });
});

test('a derived channel resumes where it was', async () => {
  const name = uniqueName();
  const client = await connected(realtime({ key: everything }));
  const derived = client.channels.getDerived(name, { filter: 'name == `"filtered"`' });
  const received = await inbox(derived);
  await publishMixed(name);
  await received.count(3);
  const again = reaches(client.connection, 'disconnected');
  client.connection.connectionManager.disconnectAllTransports();
  await again;
  await publishMixed(name);
  client.connect();
  await received.count(6);
  assert.equal(new Set(received.messages.map(({ id }) => id)).size, 6);
});
