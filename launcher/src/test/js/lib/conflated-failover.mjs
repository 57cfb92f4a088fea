// node conflated-failover.mjs <key> <subscribePort> <publishPort> <channel>
// Publishes messages of three names through one node on a channel that conflates by name, and subscribes through the other.
import * as Ably from 'ably';
import { at, awaited, breaksOf, client, done, everything, totals, untilTheEnd } from './until-the-end.mjs';

const [key, subscribePort, publishPort, name] = process.argv.slice(2);
const channel = client(subscribePort, { key }).channels.get(name);
const received = { a: [], b: [], c: [] };
const breaks = breaksOf(channel);
await channel.subscribe((message) => received[message.name].push(Number(message.data)));

const target = client(publishPort, { key }).channels.get(name);
const last = { a: -1, b: -1, c: -1 };
await untilTheEnd(async (count) => {
  const kind = 'abc'[count % 3];
  await target.publish(kind, String(count));
  last[kind] = count;
});
const arrived = () => Object.entries(last).every(([kind, count]) => received[kind].at(-1) === count);
await awaited(arrived);
const all = Object.values(received);
const history = await everything(
  new Ably.Rest(at(subscribePort, { key })).channels.get(name).history({ direction: 'forwards', limit: 1000 }),
);
done({
  arrived: arrived(),
  inOrder: all.every((numbers) => numbers.every((number, index) => index === 0 || number > numbers[index - 1])),
  fewer: all.reduce((sum, { length }) => sum + length, 0) < totals.acknowledged,
  history: history.length === totals.acknowledged && history.every(({ data }, index) => data === String(index)),
  discontinuities: breaks.count,
});
