import spacesModule from '@ably/spaces';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connected, drop, eventually, makeApp, realtime, refusal, uniqueName } from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

// Node loads the package's CommonJS build, whose default export is one level further down.
const { default: Spaces } = spacesModule;

let key;
before(async () => ([key] = (await makeApp()).keys));

async function enter(name, clientId, options = {}) {
  const client = await connected(realtime({ key, clientId, ...options }));
  const space = await new Spaces(client).get(name, { offlineTimeout: 1_000 });
  await space.enter({ name: clientId.toUpperCase() });
  return space;
}

const names = async (space) => (await space.members.getAll()).map(({ clientId }) => clientId).sort();

test('two clients enter a space, see each other and leave', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob');
  await eventually(async () => (await names(alice)).length === 2, 'alice sees both');
  assert.deepEqual(await names(alice), ['alice', 'bob']);
  assert.deepEqual(await names(bob), ['alice', 'bob']);
  const [other] = await alice.members.getOthers();
  assert.equal(other.profileData.name, 'BOB');
  await bob.leave();
  await eventually(async () => (await names(alice)).length === 1, 'bob is gone');
});

test('a location set by one is seen by the other', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob');
  const updates = [];
  await bob.locations.subscribe('update', (update) => updates.push(update));
  await alice.locations.set({ slide: 3 });
  await eventually(() => updates.length > 0, 'the location');
  assert.deepEqual(updates[0].currentLocation, { slide: 3 });
  assert.equal(updates[0].member.clientId, 'alice');
});

test('a cursor moved by one is seen by the other', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob');
  const moves = [];
  await bob.cursors.subscribe('update', (move) => moves.push(move));
  await alice.cursors.subscribe('update', () => {});
  await eventually(async () => {
    await alice.cursors.set({ position: { x: 10, y: 20 } });
    return moves.length > 0;
  }, 'the cursor');
  assert.deepEqual(moves[0].position, { x: 10, y: 20 });
});

test('a lock is held by one and seen by the other', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob');
  const request = await alice.locks.acquire('cell-7');
  assert.equal(request.status, 'pending');
  await eventually(() => bob.locks.get('cell-7')?.status === 'locked', 'bob sees the lock');
  assert.equal(bob.locks.get('cell-7').member.clientId, 'alice');
  await alice.locks.release('cell-7');
  await eventually(() => bob.locks.get('cell-7') === undefined, 'bob sees the release');
});

test('members are told of who enters, changes, leaves and is removed', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const told = [];
  for (const event of ['enter', 'updateProfile', 'leave', 'remove']) {
    alice.members.subscribe(event, ({ clientId, profileData, isConnected }) =>
      told.push([event, clientId, profileData.name, isConnected]));
  }
  const states = [];
  alice.subscribe('update', ({ members }) => states.push(members.map(({ clientId }) => clientId).sort().join()));

  const bob = await enter(name, 'bob');
  await bob.updateProfileData({ name: 'Bob', role: 'host' });
  // What a function is given is what the SDK was told last, which may come after the acknowledgement.
  await eventually(async () => (await bob.members.getSelf()).profileData.name === 'Bob', 'bob sees it, too');
  await bob.updateProfileData((profile) => ({ ...profile, name: 'Bobby' }));
  await eventually(() => told.length === 4, 'both changes');
  assert.deepEqual((await alice.members.getOthers())[0].profileData, { name: 'Bobby', role: 'host' });
  await eventually(async () => (await bob.members.getSelf()).profileData.name === 'Bobby', 'bob sees it, too');
  await bob.leave({ name: 'Bob, gone' });
  await eventually(() => told.at(-1)[0] === 'remove', 'bob is removed, a while after he left');

  assert.deepEqual(told, [
    ['enter', 'bob', 'BOB', true],
    ['updateProfile', 'bob', 'BOB', true],
    ['updateProfile', 'bob', 'Bob', true],
    ['updateProfile', 'bob', 'Bobby', true],
    ['leave', 'bob', 'Bob, gone', false],
    ['updateProfile', 'bob', 'Bob, gone', false],
    ['remove', 'bob', 'Bob, gone', false],
  ]);
  assert.ok(states.includes('alice,bob'));
  assert.deepEqual((await alice.getState()).members.map(({ clientId }) => clientId), ['alice']);
});

test('a change of the profile is how one can enter, and nothing is done before', async () => {
  const client = await connected(realtime({ key, clientId: 'carol' }));
  const space = await new Spaces(client).get(uniqueName('space'));
  for (const action of [
    () => space.leave(), () => space.locations.set({ slide: 1 }), () => space.locks.acquire('x'),
    () => space.cursors.set({ position: { x: 1, y: 2 } }),
  ]) {
    assert.equal((await refusal(action)).code, 101001);
  }
  await space.updateProfileData({ name: 'Carol' });
  await eventually(async () => (await names(space)).length === 1, 'carol is there');
});

test('locations are there for those who come later, and tell where a member was before', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  await alice.locations.set({ slide: 3, component: 'title' });
  const bob = await enter(name, 'bob');
  await eventually(async () => (await names(bob)).length === 2, 'bob sees alice');
  assert.deepEqual(Object.values(await bob.locations.getOthers()), [{ slide: 3, component: 'title' }]);
  assert.equal(await bob.locations.getSelf(), null);
  const updates = [];
  bob.locations.subscribe('update', (update) => updates.push(update));
  await alice.locations.set({ slide: 4 });
  await eventually(() => updates.length === 1, 'the location');
  assert.deepEqual(updates[0].previousLocation, { slide: 3, component: 'title' });
  await eventually(async () => (await alice.locations.getSelf()).slide === 4, 'alice sees it, too');
  assert.deepEqual(await bob.locations.getAll(), {
    [alice.connectionId]: { slide: 4 }, [bob.connectionId]: null,
  });
});

test('where cursors were last is read from history', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob');
  const moves = [];
  bob.cursors.subscribe('update', (move) => moves.push(move));
  alice.cursors.subscribe('update', () => {});
  let x = 0;
  await eventually(async () => {
    x += 1;
    await alice.cursors.set({ position: { x, y: 2 * x }, data: { color: 'red' } });
    return moves.length > 5;
  }, 'six moves');
  const atTheEnd = () => moves.find(({ position }) => position.x === x);
  await eventually(atTheEnd, 'the last move');
  const expected = {
    clientId: 'alice', connectionId: alice.connectionId, position: { x, y: 2 * x }, data: { color: 'red' },
  };
  assert.deepEqual(atTheEnd(), expected);
  assert.deepEqual(await bob.cursors.getOthers(), { [alice.connectionId]: expected });
  assert.deepEqual(await alice.cursors.getSelf(), expected);
  assert.deepEqual(await bob.cursors.getAll(), { [alice.connectionId]: expected, [bob.connectionId]: null });
});

test('a lock is given to one, refused to others, and free once its holder leaves', async () => {
  const name = uniqueName('space');
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob');
  const told = [];
  bob.locks.subscribe('update', ({ id, status, member, reason }) =>
    told.push([id, status, member.clientId, reason?.code]));
  await alice.locks.acquire('cell', { attributes: { color: 'blue' } });
  await eventually(() => bob.locks.get('cell')?.status === 'locked', 'bob sees the lock');
  assert.deepEqual(bob.locks.get('cell').attributes, { color: 'blue' });
  assert.equal((await refusal(() => alice.locks.acquire('cell'))).code, 101002);

  await bob.locks.acquire('cell');
  await eventually(() => told.some(([, status, by]) => status === 'unlocked' && by === 'bob'), 'bob is refused');
  assert.deepEqual(told, [['cell', 'locked', 'alice', undefined], ['cell', 'unlocked', 'bob', 101003]]);
  assert.equal(bob.locks.get('cell').member.clientId, 'alice');
  await eventually(async () => (await alice.locks.getSelf()).map(({ id }) => id).join() === 'cell', 'alice has it');
  assert.deepEqual((await bob.locks.getOthers()).map(({ id }) => id), ['cell']);
  assert.deepEqual(await bob.locks.getSelf(), []);

  // Somebody who comes later learns it from presence.
  const carol = await enter(name, 'carol');
  await eventually(() => carol.locks.get('cell')?.member.clientId === 'alice', 'carol sees the lock');
  await alice.leave();
  await eventually(() => bob.locks.get('cell') === undefined, 'the lock is free');
  await bob.locks.acquire('cell');
  await eventually(() => carol.locks.get('cell')?.member.clientId === 'bob', 'bob has it');
  for (const space of [alice, bob, carol]) {
    await eventually(async () => (await names(space)).join() === 'bob,carol', 'alice is removed');
  }
});

test('a member whose connection drops and comes back is there all the time', async (t) => {
  const name = uniqueName('space');
  const proxy = await cuttableProxy();
  t.after(() => proxy.close());
  const alice = await enter(name, 'alice');
  const bob = await enter(name, 'bob', { port: proxy.port });
  await bob.locations.set({ slide: 3 });
  await bob.locks.acquire('cell');
  await eventually(() => alice.locks.get('cell')?.status === 'locked', 'alice sees all of it');
  const left = [];
  alice.members.subscribe('leave', ({ clientId }) => left.push(clientId));

  const dropped = drop(bob.client);
  proxy.cut();
  await dropped;
  await connected(bob.client);
  await bob.locations.set({ slide: 4 });

  await eventually(async () => Object.values(await alice.locations.getOthers())[0]?.slide === 4, 'the new location');
  assert.equal(alice.locks.get('cell').member.clientId, 'bob');
  assert.deepEqual(left, []);
});
