import assert from 'node:assert/strict';
import { test } from 'node:test';
import vcdiff from '@ably/vcdiff-decoder';
import {
  connected, eventually, host, inbox, makeApp, numbers, port, realtime, refusal, rest, uniqueName,
} from '../lib/hark.mjs';

const entry = (stats, key) => stats.entries[key] ?? 0;

/** What was counted of the app this month, once `complete` says so. */
async function counted(client, complete, what) {
  let entries;
  const look = async () => {
    const { items } = await client.stats({ unit: 'month' });
    entries = items.length ? items[0].entries : {};
    return complete((key) => entries[key] ?? 0);
  };
  await eventually(look, what).catch((error) => {
    throw new Error(`${error.message}, is ${JSON.stringify(entries)}`);
  });
  return entries;
}

test('what is published, delivered, read and kept is counted', async () => {
  const [key] = (await makeApp()).keys;
  const client = await connected(realtime({ key, clientId: 'ann' }));
  const name = uniqueName('persisted:stats');
  const channel = client.channels.get(name);
  const received = await inbox(channel);
  await channel.presence.enter('x'.repeat(10));
  await Promise.all(numbers(5).map((data) => channel.publish('n', data)));
  const web = rest({ key });
  await web.channels.get(name).publish('n', 'abcd');
  await web.channels.get(name).publish([{ data: '12' }, { data: '34' }]);
  await received.count(8);
  assert.equal((await web.channels.get(name).history()).items.length, 8);
  await refusal(() => web.channels.get(':wrong').publish('n', 'x'));

  const entries = await counted(
    web,
    (count) =>
      count('messages.inbound.realtime.messages.count') === 5 &&
      count('messages.inbound.rest.messages.count') === 3 &&
      count('messages.outbound.realtime.messages.count') === 8 &&
      count('messages.outbound.realtime.presence.count') === 1 &&
      count('messages.outbound.rest.messages.count') === 8,
    'all messages',
  );
  assert.equal(entries['messages.inbound.realtime.messages.data'], 5 * 'nm0ann'.length);
  assert.equal(entries['messages.inbound.rest.messages.data'], 'nabcd'.length + 4);
  assert.equal(entries['messages.inbound.realtime.presence.count'], 1);
  assert.equal(entries['messages.inbound.realtime.presence.data'], 10 + 'ann'.length);
  assert.equal(entries['messages.inbound.all.all.count'], 9);
  assert.equal(entries['messages.outbound.realtime.messages.data'], 5 * 6 + 5 + 4);
  assert.equal(entries['messages.persisted.messages.count'], 8);
  assert.equal(entries['messages.persisted.presence.count'], 1);
  assert.equal(entries['messages.all.all.count'], 9 + 9 + 8);
  assert.equal(entries['connections.all.opened'], 1);
  assert.equal(entries['channels.opened'], 1);
  assert.ok(entries['apiRequests.other.succeeded'] >= 3);
  assert.ok(entries['apiRequests.all.refused'] >= 1);
});

test('tokens and refusals are counted', async () => {
  const [key, reader] = (await makeApp([{ '[*]*': ['*'] }, { '*': ['subscribe', 'stats'] }])).keys;
  await rest({ key }).auth.requestToken();
  const client = await connected(realtime({ key: reader }));
  await assert.rejects(client.channels.get(uniqueName()).publish('n', 'x'), { code: 40160 });
  await refusal(() => rest({ key: `${key}wrong` }).channels.get('c').status());
  const entries = await counted(
    rest({ key: reader }),
    (count) =>
      count('messages.inbound.realtime.messages.refused') === 1 &&
      count('apiRequests.tokenRequests.succeeded') === 1 &&
      count('apiRequests.other.refused') === 1,
    'what was refused',
  );
  assert.equal(entries['messages.inbound.realtime.messages.count'] ?? 0, 0);
});

test('differences, batches and conflation are counted', async () => {
  const namespaces = [
    { id: 'batched', batchingEnabled: true, batchingInterval: 500 },
    { id: 'conflated', conflationEnabled: true, conflationInterval: 500, conflationKey: '#{message.name}' },
  ];
  const [key] = (await makeApp([{ '[*]*': ['*'] }], { namespaces })).keys;
  const client = await connected(realtime({ key, plugins: { vcdiff } }));
  const texts = ['a', 'b', 'c'].map((letter) => 'the same text, but for its end, which is '.repeat(20) + letter);
  const channels = [
    client.channels.get(uniqueName(), { params: { delta: 'vcdiff' } }),
    client.channels.get(uniqueName('batched:')),
  ];
  for (const channel of channels) {
    const received = await inbox(channel);
    await Promise.all(texts.map((text) => channel.publish('n', text)));
    await received.count(3);
  }
  const conflated = client.channels.get(uniqueName('conflated:'));
  const received = await inbox(conflated);
  await Promise.all(texts.map((text) => conflated.publish('n', text)));
  await eventually(() => received.data.at(-1) === texts[2], 'the last of them');

  const told = (entries) => entries('messages.outbound.realtime.messages.count');
  const entries = await counted(
    client,
    (count) =>
      count('messages.processed.delta.xdelta.succeeded') + count('messages.processed.delta.xdelta.skipped') === 2 &&
      count('messages.processed.batching.simple.inboundMessages') === 3 &&
      count('messages.processed.batching.conflating.inboundMessages') === 3 &&
      told(count) > 0,
    'what was processed',
  );
  assert.ok(entries['messages.processed.delta.xdelta.succeeded'] >= 1);
  const batches = entries['messages.processed.batching.simple.generatedBatches'];
  const discarded = entries['messages.processed.batching.conflating.discardedMessages'] ?? 0;
  assert.ok(batches >= 1 && batches <= 3);
  assert.equal(received.messages.length, 3 - discarded);
  assert.equal(entries['messages.outbound.realtime.messages.count'], 3 + batches + 3 - discarded);
  const { data, uncompressedData } = {
    data: entries['messages.outbound.realtime.messages.data'],
    uncompressedData: entries['messages.outbound.realtime.messages.uncompressedData'],
  };
  assert.ok(data < uncompressedData, `${data} of ${uncompressedData}`);
});

test('event streams count as connections and what they are sent as delivered', async () => {
  const [key] = (await makeApp()).keys;
  const name = uniqueName();
  const stop = new AbortController();
  const stream = await fetch(`http://${host}:${port}/sse?v=1.2&channels=${name}&key=${key}`, { signal: stop.signal });
  assert.equal(stream.status, 200);
  const web = rest({ key });
  await web.channels.get(name).publish('n', 'abcd');
  const entries = await counted(
    web,
    (count) => count('messages.outbound.realtime.messages.count') === 1 && count('connections.all.opened') === 1,
    'the stream',
  );
  assert.equal(entries['messages.outbound.realtime.messages.data'], 5);
  stop.abort();
});

test('statistics need their capability', async () => {
  const [key] = (await makeApp([{ '*': ['publish', 'subscribe', 'history'] }])).keys;
  await assert.rejects(rest({ key }).stats(), { code: 40160, statusCode: 401 });
});

test('what a test suite brings along is rolled up, and read page by page', async () => {
  const [key] = (await makeApp()).keys;
  const client = rest({ key });
  const year = new Date().getUTCFullYear() - 1;
  const fixtures = [3, 4, 5].map((minute) => ({
    intervalId: `${year}-02-03:15:0${minute}`,
    inbound: { realtime: { messages: { count: 10 * minute, data: 1000 } } },
    outbound: { realtime: { messages: { count: 20, data: 2000 } } },
    connections: { tls: { peak: 20 + minute, opened: 10 } },
  }));
  const posted = await client.request('POST', '/stats', 2, null, fixtures);
  assert.equal(posted.statusCode, 201);
  assert.equal(posted.items.length, 3);

  const at = (minute) => Date.UTC(year, 1, 3, 15, minute);
  const minutes = await client.stats({ start: at(3), end: at(5), direction: 'forwards' });
  assert.deepEqual(
    minutes.items.map((item) => [item.intervalId, item.unit, entry(item, 'messages.inbound.all.messages.count')]),
    [3, 4, 5].map((minute) => [`${year}-02-03:15:0${minute}`, 'minute', 10 * minute]),
  );
  assert.equal(minutes.items[0].schema.startsWith('https://schemas.ably.com/json/app-stats'), true);
  assert.equal(minutes.hasNext(), false);

  for (const [unit, id] of [['hour', '15'], ['day', '00'], ['month', '00']]) {
    const { items } = await client.stats({ start: at(3), end: at(5), unit });
    assert.equal(items.length, 1, unit);
    assert.equal(items[0].intervalId, `${year}-02-${unit === 'month' ? '01' : '03'}:${id}`);
    assert.equal(entry(items[0], 'messages.inbound.realtime.messages.count'), 120);
    assert.equal(entry(items[0], 'messages.all.all.data'), 9000);
    assert.equal(entry(items[0], 'connections.all.peak'), 25);
    assert.equal(entry(items[0], 'connections.all.opened'), 30);
  }

  const seen = [];
  let page = await client.stats({ start: at(3), end: at(5), limit: 1 });
  for (; page; page = await page.next()) {
    seen.push(...page.items.map((item) => item.intervalId.slice(-2)));
    assert.equal((await page.first()).items[0].intervalId.slice(-2), '05');
  }
  assert.deepEqual(seen, ['05', '04', '03']);

  const byName = await client.request('GET', '/stats', 6, { start: `${year}-02-03:15:04`, end: `${year}-02-03:15:04` });
  assert.deepEqual(byName.items.map((item) => item.intervalId), [`${year}-02-03:15:04`]);
  const old = await client.request('GET', '/stats', 2, { start: `${year}-02-03:15`, by: 'hour', end: `${year}-02-03:15` });
  assert.equal(old.items[0].inbound.all.all.count, 120);
  assert.equal(old.items[0].processed.delta.xdelta.succeeded, 0);
});

test('queries that make no sense are refused', async () => {
  const [key] = (await makeApp()).keys;
  const client = rest({ key });
  for (const params of [{ unit: 'year' }, { limit: 1001 }, { direction: 'up' }, { start: 2, end: 1 }, { start: '2025-02-30' }]) {
    await assert.rejects(client.stats(params), { code: 40003, statusCode: 400 });
  }
  const wrong = await client.request('POST', '/stats', 2, null, [{ intervalId: '2025-01' }]);
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.errorMessage, /intervalId must be a minute/);
});
