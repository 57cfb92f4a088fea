// node failover.mjs <key> <subscribePort> <publishPort> <channel>
// Subscribes through one node and publishes through another, message after message, each awaited.
import { awaited, breaksOf, client, done, totals, untilTheEnd } from './until-the-end.mjs';

const [key, subscribePort, publishPort, name] = process.argv.slice(2);
const subscriber = client(subscribePort, { key });
const received = [];
const channel = subscriber.channels.get(name);
const breaks = breaksOf(channel);
await channel.subscribe((message) => received.push(message.data));

const target = client(publishPort, { key }).channels.get(name);
await untilTheEnd((count) => target.publish('n', String(count)));
await awaited(() => received.length >= totals.acknowledged);
done({
  received: received.length,
  missing: Array.from({ length: totals.acknowledged }, (_, index) => String(index))
    .filter((data) => !received.includes(data))
    .slice(0, 20),
  inOrder: received.every((data, index) => data === String(index)),
  discontinuities: breaks.count,
  subscriber: subscriber.connection.state,
});
