import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inbox, makeApp, numbers, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';

let key;
before(async () => ([key] = (await makeApp()).keys));

for (const kind of ['persisted:', '']) {
  const where = kind ? 'a persisted channel' : 'a channel kept for two minutes';

  test(`history of ${where} comes newest first, page by page, and complete`, async () => {
    const name = kind + uniqueName();
    const channel = rest({ key }).channels.get(name);
    for (const text of numbers(25)) {
      await channel.publish('event', text);
    }
    const pages = [];
    for (let page = await channel.history({ limit: 10 }); page; page = page.hasNext() ? await page.next() : null) {
      pages.push(page.items.map((message) => message.data));
    }
    assert.deepEqual(pages.map((page) => page.length), [10, 10, 5]);
    assert.deepEqual(pages.flat(), numbers(25).reverse());
  });

  test(`history of ${where} comes oldest first when asked`, async () => {
    const channel = rest({ key }).channels.get(kind + uniqueName());
    await channel.publish(numbers(7).map((data) => ({ data })));
    const first = await channel.history({ direction: 'forwards', limit: 4 });
    assert.deepEqual(first.items.map((message) => message.data), numbers(4));
    const second = await first.next();
    assert.deepEqual(second.items.map((message) => message.data), numbers(3, 4));
    assert.ok(second.isLast());
  });
}

test('untilAttach stops where the attachment began', async () => {
  const name = `persisted:${uniqueName()}`;
  const publisher = rest({ key }).channels.get(name);
  for (const text of numbers(5)) {
    await publisher.publish('event', text);
  }
  const channel = realtime({ key }).channels.get(name);
  const received = await inbox(channel);
  for (const text of numbers(5, 5)) {
    await publisher.publish('event', text);
  }
  await received.count(5);
  const { items } = await channel.history({ untilAttach: true });
  const before = items.map((message) => message.data).reverse();
  assert.deepEqual([...before, ...received.data], numbers(10));
});

test('start and end bound what is returned', async () => {
  const channel = realtime({ key }).channels.get(`persisted:${uniqueName()}`);
  const received = await inbox(channel);
  for (const text of numbers(3)) {
    await channel.publish('event', text);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await received.count(3);
  const { timestamp } = received.messages[1];
  const { items } = await channel.history({ start: timestamp, end: timestamp });
  assert.deepEqual(items.map((message) => message.data), ['m1']);
});

test('a page that begins after now is empty, and can be gone back to', async () => {
  const channel = rest({ key }).channels.get(uniqueName());
  await channel.publish('event', 'before');
  for (const history of [channel, channel.presence].map((of) => of.history({ start: Date.now() + 60_000 }))) {
    const page = await history;
    assert.deepEqual(page.items, []);
    assert.deepEqual((await page.first()).items, []);
  }
});

test('what is acknowledged is in history, exactly as it was delivered', async () => {
  const channel = realtime({ key, clientId: 'alice' }).channels.get(uniqueName());
  const received = await inbox(channel);
  await channel.publish('event', { at: 'once' });
  const [stored] = (await channel.history()).items;
  await received.count(1);
  const [live] = received.messages;
  for (const field of ['id', 'serial', 'name', 'clientId', 'connectionId', 'timestamp', 'data']) {
    assert.deepEqual(stored[field], live[field], field);
  }
});

test('a REST publish of the same id three times is one message', async () => {
  const name = uniqueName();
  const received = await inbox(realtime({ key }).channels.get(name));
  const channel = rest({ key }).channels.get(name);
  for (let i = 0; i < 3; i += 1) {
    await channel.publish({ id: 'order-17', name: 'event', data: 'once' });
  }
  await channel.publish('event', 'last');
  await received.count(2);
  assert.deepEqual(received.data, ['once', 'last']);
  assert.deepEqual((await channel.history()).items.map((message) => message.data), ['last', 'once']);
});

test('the same id three times at once is one message', async () => {
  const channel = rest({ key }).channels.get(uniqueName());
  await Promise.all(Array.from({ length: 3 }, () => channel.publish({ id: 'order-18', data: 'once' })));
  assert.equal((await channel.history()).items.length, 1);
});

test('history of a channel with a bad name is refused with 40010', async () => {
  assert.equal((await refusal(() => rest({ key }).channels.get(':hell').history())).code, 40010);
});

test('time answers', async () => {
  assert.ok(Math.abs((await rest({ key }).time()) - Date.now()) < 10_000);
});

test('REST with a wrong secret answers 401 and 40101', async () => {
  const error = await refusal(() => rest({ key: `${key.split(':')[0]}:wrong` }).channels.get('any').history());
  assert.equal(error.statusCode, 401);
  assert.equal(error.code, 40101);
});

test('REST with a token and a batch publish', async () => {
  const { token } = await rest({ key }).auth.requestToken();
  const client = rest({ token });
  const [first, second] = [uniqueName(), uniqueName()];
  const [result] = await client.batchPublish([{ channels: [first, second], messages: { data: 'both' } }]);
  assert.equal(result.successCount, 2);
  for (const name of [first, second]) {
    assert.deepEqual((await client.channels.get(name).history()).items.map((message) => message.data), ['both']);
  }
});
