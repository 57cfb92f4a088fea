// node stats.mjs <key> <publishPort> <subscribePort> <channel>
// Publishes through one node and receives through another while a third, where statistics are kept, is ended. Says when it
// has begun; a line on standard input ends the publishing. Then both nodes must say what was sent, and in the end the past
// minute is told on its metachannel, live and by history. Prints one line of JSON for each step.
import * as Ably from 'ably';
import readline from 'node:readline';

const [key, publishPort, subscribePort, name] = process.argv.slice(2);
const options = (port) => ({ key, endpoint: 'localhost', port: Number(port), tls: false, logLevel: 0 });
const say = (event) => console.log(JSON.stringify(event));

const publisher = new Ably.Realtime(options(publishPort));
const subscriber = new Ably.Realtime(options(subscribePort));
let received = 0;
await subscriber.channels.get(name).subscribe(() => (received += 1));
const told = [];
await subscriber.channels.get('[meta]stats:minute').subscribe('update', (message) => told.push(message.data));

const channel = publisher.channels.get(name);
let ended = false;
readline.createInterface({ input: process.stdin }).once('line', () => {
  ended = true;
});
let sent = 0;
while (!ended) {
  await channel.publish('n', String(sent));
  sent += 1;
  if (sent % 200 === 0) {
    say({ sent });
  }
}

async function until(condition, what) {
  const deadline = Date.now() + 100_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not in time: ${what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const inbound = 'messages.inbound.realtime.messages.count';
const outbound = 'messages.outbound.realtime.messages.count';
let seen = [];
await until(
  async () => {
    seen = await Promise.all(
      [publisher, subscriber].map(async (client) => {
        const { items } = await client.stats({ unit: 'month' });
        return [items[0]?.entries[inbound] ?? 0, items[0]?.entries[outbound] ?? 0];
      }),
    );
    const updates = told.length;
    return received === sent && seen.every(([i, o]) => i === sent && o === sent + updates);
  },
  () => JSON.stringify({ sent, received, seen, told: told.length }),
);
say({ counted: true, sent, received, seen });

const minutes = (await publisher.stats({ unit: 'minute', limit: 1000 })).items;
const sum = minutes.reduce((total, { entries }) => total + (entries[inbound] ?? 0), 0);
await until(
  async () => told.some((update) => update.entries[inbound] > 0),
  () => `an update of a minute: ${JSON.stringify(told)}`,
);
const kept = await publisher.channels.get('[meta]stats:minute').history();
const rewound = [];
const late = new Ably.Realtime(options(publishPort));
await late.channels.get('[meta]stats:minute', { params: { rewind: '1' } }).subscribe((message) => rewound.push(message.data));
await until(
  async () => rewound.length === 1,
  () => `the last update by rewind: ${JSON.stringify(rewound)}`,
);
say({
  done: true,
  sum,
  sent,
  ids: told.map((update) => update.intervalId),
  kept: kept.items.map((message) => message.data.intervalId).reverse(),
  names: [...new Set(kept.items.map((message) => message.name))],
  rewound: rewound[0].intervalId,
});
[publisher, subscriber, late].forEach((client) => client.close());
