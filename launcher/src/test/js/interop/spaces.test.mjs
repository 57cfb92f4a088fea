import spacesModule from '@ably/spaces';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connected, eventually, makeApp, realtime, uniqueName } from '../lib/hark.mjs';

// Node loads the package's CommonJS build, whose default export is one level further down.
const { default: Spaces } = spacesModule;

let key;
before(async () => ([key] = (await makeApp()).keys));

async function enter(name, clientId) {
  const client = await connected(realtime({ key, clientId }));
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
