import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import vcdiffDecoder from '@ably/vcdiff-decoder';
import { connected, eventually, inbox, makeApp, numbers, realtime, rest, uniqueName } from '../lib/hark.mjs';

const NONE = {
  connections: 0,
  publishers: 0,
  subscribers: 0,
  presenceConnections: 0,
  presenceMembers: 0,
  presenceSubscribers: 0,
  objectPublishers: 0,
  objectSubscribers: 0,
};
const watched = (occupancy = 'metrics', more = {}) => ({ params: { occupancy, ...more } });

let key;
let withoutMetadata;
before(async () => {
  ({
    keys: [key, withoutMetadata],
  } = await makeApp([{ '[*]*': ['*'] }, { '*': ['subscribe', 'publish', 'presence', 'history'] }]));
});

/** Attaches, and keeps the metrics of each occupancy event. */
async function watch(channel) {
  const events = [];
  await channel.subscribe('[meta]occupancy', (message) => events.push(message));
  return {
    events,
    get last() {
      return events.at(-1)?.data.metrics;
    },
    async until(metrics) {
      await eventually(
        () => Object.entries(metrics).every(([name, count]) => this.last?.[name] === count),
        `${JSON.stringify(metrics)}, was ${JSON.stringify(this.last)}`,
      );
    },
  };
}

test('a subscriber is told who is on the channel, and of whoever comes and goes', async () => {
  const name = uniqueName();
  const channel = realtime({ key }).channels.get(name, watched());
  const occupancy = await watch(channel);
  assert.deepEqual(channel.params, { occupancy: 'metrics' });
  const all = { ...NONE, connections: 1, publishers: 1, subscribers: 1, presenceConnections: 1, presenceSubscribers: 1 };
  await occupancy.until(all);
  assert.deepEqual(occupancy.last, all);
  const [event] = occupancy.events;
  assert.equal(event.action, 'meta');
  assert.ok(event.id && event.timestamp && !event.clientId && !event.connectionId);

  const others = [1, 2, 3].map((n) => realtime({ key, clientId: `c${n}` }).channels.get(name, { modes: ['subscribe', 'presence'] }));
  await Promise.all(others.map((other) => other.attach()));
  await occupancy.until({ connections: 4, publishers: 1, subscribers: 4, presenceConnections: 4, presenceSubscribers: 1 });
  await Promise.all(others.map((other) => other.presence.enter('here')));
  await occupancy.until({ presenceMembers: 3 });
  await Promise.all(others.map((other) => other.detach()));
  await occupancy.until(all);
  const status = await rest({ key }).channels.get(name).status();
  assert.deepEqual(status.status.occupancy.metrics, all);
});

test('of single metrics only those are told, and only when they change', async () => {
  const name = uniqueName();
  const occupancy = await watch(
    realtime({ key }).channels.get(name, watched('metrics.publishers,metrics.presenceMembers')),
  );
  await occupancy.until({ publishers: 1 });
  const listeners = realtime({ key }).channels.get(name, { modes: ['subscribe'] });
  await listeners.attach();
  await realtime({ key }).channels.get(name).attach();
  await occupancy.until({ publishers: 2 });
  assert.deepEqual(
    occupancy.events.map(({ data }) => data),
    [1, 2].map((publishers) => ({ metrics: { publishers, presenceMembers: 0 } })),
  );
});

test('occupancy events are no messages of the channel: not in history, not rewound, and nothing is lost by them', async () => {
  const name = uniqueName();
  const channel = realtime({ key }).channels.get(name, watched('metrics', { delta: 'vcdiff' }));
  const client = realtime({ key, plugins: { vcdiff: vcdiffDecoder } });
  const watching = client.channels.get(name, watched('metrics', { delta: 'vcdiff' }));
  const texts = numbers(40).map((text) => `a text that is long enough for a difference to be worth its while, ${text}`);
  const received = [];
  await watching.subscribe(({ data, name: event }) => event === 'event' && received.push(data));
  for (const [index, text] of texts.entries()) {
    await watching.publish('event', text);
    if (index % 10 === 5) {
      await channel.attach();
      await channel.detach();
    }
  }
  await eventually(() => received.length === texts.length, 'all messages');
  assert.deepEqual(received, texts);
  const history = await rest({ key }).channels.get(name).history();
  assert.equal(history.items.length, texts.length);
  const rewound = await inbox(realtime({ key }).channels.get(name, { params: { rewind: '100' } }));
  await rewound.count(texts.length);
  assert.equal(rewound.messages.length, texts.length);
});

test('who may not read the metadata of a channel, or asks for what there is not, cannot watch it', async () => {
  const name = uniqueName();
  const denied = realtime({ key: withoutMetadata });
  await assert.rejects(denied.channels.get(name, watched()).attach(), { code: 40160 });
  const client = realtime({ key });
  await assert.rejects(client.channels.get(name, watched('metrics.nonsense')).attach(), (error) => {
    assert.equal(error.code, 40003);
    return error.message.includes('metrics.nonsense');
  });
});

test('who does not listen is not told', async () => {
  const name = uniqueName();
  const channel = realtime({ key }).channels.get(name, { ...watched(), modes: ['publish'] });
  await channel.attach();
  const occupancy = await watch(realtime({ key }).channels.get(name, watched()));
  await occupancy.until({ connections: 2, subscribers: 1, publishers: 2 });
});

test('the status of a channel counts who is there', async () => {
  const name = uniqueName();
  const channel = (await connected(realtime({ key, clientId: 'alice' }))).channels.get(name);
  await channel.presence.enter();
  const reader = rest({ key }).channels.get(name);
  const counted = async () => (await reader.status()).status.occupancy.metrics;
  await eventually(async () => (await counted()).presenceMembers === 1, 'the member is counted');
  const { connections, publishers, subscribers, presenceConnections } = await counted();
  assert.deepEqual([connections, publishers, subscribers, presenceConnections], [1, 1, 1, 1]);
  const { channelId, status } = await reader.status();
  assert.equal(channelId, name);
  assert.equal(status.isActive, true);
});
