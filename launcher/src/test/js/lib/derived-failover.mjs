// node derived-failover.mjs <key> <subscribePort> <publishPort> <channel>
// Publishes messages of two names through one node, and has those of one of them by a derived channel through the other,
// on a connection that loses its transport again and again.
import { awaited, breaksOf, client, cut, done, totals, untilTheEnd } from './until-the-end.mjs';

const [key, subscribePort, publishPort, name] = process.argv.slice(2);
const subscriber = client(subscribePort, { key, disconnectedRetryTimeout: 500 });
const channel = subscriber.channels.getDerived(name, { filter: 'name == `"wanted"`' });
const received = [];
const breaks = breaksOf(channel);
await channel.subscribe((message) => received.push(message.data));

const target = client(publishPort, { key }).channels.get(name);
await untilTheEnd(async (count) => {
  await target.publish(count % 3 === 0 ? 'wanted' : 'other', String(count));
  if (count % 100 === 99) {
    cut(subscriber);
  }
});
const wanted = Array.from({ length: Math.ceil(totals.acknowledged / 3) }, (_, index) => String(3 * index));
await awaited(() => received.length >= wanted.length);
done({
  received: received.length,
  wanted: wanted.length,
  inOrder: received.every((data, index) => data === wanted[index]),
  discontinuities: breaks.count,
});
