import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { eventually, inbox, makeApp, numbers, realtime, rest, uniqueName } from '../lib/hark.mjs';

const INTERVAL = 300;

let key;
before(async () => {
  const namespaces = [
    { id: 'batched', batchingEnabled: true, batchingInterval: INTERVAL },
    { id: 'conflated', conflationEnabled: true, conflationInterval: INTERVAL, conflationKey: '#{message.name}' },
    { id: 'known', authenticated: true },
    { id: 'listed', populateChannelRegistry: true, exposeTimeserial: true },
  ];
  ({
    keys: [key],
  } = await makeApp([{ '[*]*': ['*'] }], { namespaces }));
});

const ruled = (namespace) => `${namespace}:${uniqueName()}`;

test('batched messages are held for the interval, and then all come in order', async () => {
  const name = ruled('batched');
  const channel = realtime({ key }).channels.get(name);
  const arrivals = [];
  const received = await inbox(channel);
  await channel.subscribe(() => arrivals.push(performance.now()));
  const publisher = realtime({ key }).channels.get(name);
  await publisher.attach();
  const begun = performance.now();
  await Promise.all(numbers(50).map((text) => publisher.publish('event', text)));
  await received.count(50);
  assert.deepEqual(received.data, numbers(50));
  assert.equal(new Set(received.messages.map(({ id }) => id)).size, 50);
  assert.ok(arrivals[0] - begun >= INTERVAL * 0.9, `the first came after ${arrivals[0] - begun} ms`);
  const history = await rest({ key }).channels.get(name).history({ direction: 'forwards' });
  assert.deepEqual(
    history.items.map(({ data }) => data),
    numbers(50),
  );
});

test('of conflated messages the last of each key comes, and the log has all', async () => {
  const name = ruled('conflated');
  const received = await inbox(realtime({ key }).channels.get(name));
  const publisher = realtime({ key }).channels.get(name);
  await publisher.attach();
  const results = await Promise.all(
    numbers(60).map((text, index) => publisher.publish(index % 3 === 2 ? 'c' : 'ab'[index % 3], text)),
  );
  assert.ok(results.every(({ serials }) => typeof serials[0] === 'string'));
  await eventually(
    () => ['m57', 'm58', 'm59'].every((last) => received.data.includes(last)),
    'the last message of each name',
  );
  assert.ok(received.messages.length < 60, `${received.messages.length} of 60 came`);
  assert.deepEqual(received.data, received.data.toSorted((a, b) => a.slice(1) - b.slice(1)));
  const history = await rest({ key }).channels.get(name).history();
  assert.equal(history.items.length, 60);
});

test('a resumed subscriber of conflated messages gets what it missed', async () => {
  const name = ruled('conflated');
  await rest({ key }).channels.get(name).publish(numbers(5).map((data) => ({ name: 'a', data })));
  const rewound = await inbox(realtime({ key }).channels.get(name, { params: { rewind: '5' } }));
  await rewound.count(5);
  assert.deepEqual(rewound.data, numbers(5));
});

test('a namespace for identified clients turns away those without a clientId', async () => {
  const name = ruled('known');
  const anonymous = realtime({ key });
  await assert.rejects(anonymous.channels.get(name).attach(), { code: 40161 });
  await assert.rejects(realtime({ key }).channels.get(name).publish('event', 'text'), { code: 40161 });
  await assert.rejects(rest({ key }).channels.get(name).history(), { code: 40161 });
  const received = await inbox(realtime({ key, clientId: 'bob' }).channels.get(name));
  await rest({ key, clientId: 'bob' }).channels.get(name).publish('event', 'text');
  await received.count(1);
});

test('channels of a namespace that fills the registry are listed', async () => {
  const name = ruled('listed');
  await realtime({ key }).channels.get(name).attach();
  const listed = await rest({ key }).request('GET', '/channels', 2, { prefix: 'listed:', by: 'id' });
  assert.deepEqual(listed.items, [name]);
});
