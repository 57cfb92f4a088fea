// node changes.mjs <key> <port> <otherPort> <channel>
// Changes and annotates two messages through two nodes without a break: appends to one through both, updates the other, and
// puts annotations of every kind on it. What everybody sees in the end must be what was acknowledged, each once.
import * as Ably from 'ably';
import { at, awaited, breaksOf, client, done, everything, untilTheEnd } from './until-the-end.mjs';

const [key, port, otherPort, name] = process.argv.slice(2);
const as = (clientId) => ({ key, clientId, transportParams: { appendRollupWindow: 0 } });

const subscriber = client(otherPort, as('reader'));
const editors = [client(port, as('ann')), client(otherPort, as('bob'))];
const channels = editors.map((editor) => editor.channels.get(name));
const shown = new Map();
const summaries = new Map();
const listening = subscriber.channels.get(name);
const breaks = breaksOf(listening);
await listening.subscribe((message) => {
  if (message.action === 'message.summary') {
    summaries.set(message.serial, message.annotations.summary);
  } else {
    const before = message.action === 'message.append' ? shown.get(message.serial) : '';
    shown.set(message.serial, before + message.data);
  }
});

const { serials } = await channels[0].publish([{ data: '' }, { data: 'update 0' }]);
const [grown, annotated] = serials;

const appending = channels.map((channel, editor) =>
  untilTheEnd((count) => channel.appendMessage({ serial: grown, data: `${editor}:${count};` })),
);
const updating = untilTheEnd((count) => channels[0].updateMessage({ serial: annotated, data: `update ${count + 1}` }));
const labels = ['a', 'b', 'c'];
const annotating = channels.map((channel) =>
  untilTheEnd(async (count) => {
    const label = labels[count % labels.length];
    await channel.annotations.publish(annotated, { type: 'n:total.v1' });
    await channel.annotations.publish(annotated, { type: 'n:multiple.v1', name: label, count: 2 });
    await channel.annotations.publish(annotated, { type: 'n:unique.v1', name: label });
    await channel.annotations.publish(annotated, { type: 'n:distinct.v1', name: label });
    await channel.annotations.publish(annotated, { type: 'n:flag.v1' });
  }),
);

const appends = await Promise.all(appending);
const updates = await updating;
const rounds = await Promise.all(annotating);

const clients = ['ann', 'bob'];
const list = (clientIds) => ({ total: clientIds.length, clientIds, clipped: false });
const those = (has) => clients.filter((_, index) => has(rounds[index]));
const byLabel = (value) =>
  Object.fromEntries(labels.map((label, place) => [label, value(place)]).filter(([, { total }]) => total > 0));
// Of so many rounds this many used the label in that place.
const uses = (count, place) => Math.ceil((count - place) / labels.length);
const expected = {
  'n:total.v1': { total: rounds[0] + rounds[1] },
  'n:flag.v1': list(those((count) => count > 0)),
  'n:distinct.v1': byLabel((place) => list(those((count) => count > place))),
  'n:unique.v1': byLabel((place) => list(those((count) => count > 0 && (count - 1) % labels.length === place))),
  'n:multiple.v1': byLabel((place) => {
    const counts = rounds.map((count) => 2 * Math.max(0, uses(count, place)));
    const clientIds = Object.fromEntries(clients.map((id, index) => [id, counts[index]]).filter(([, n]) => n > 0));
    return {
      total: counts[0] + counts[1],
      clientIds,
      totalUnidentified: 0,
      totalClientIds: Object.keys(clientIds).length,
      clipped: false,
    };
  }),
};

/** The same text for values that are equal, however their fields are ordered. */
const text = (value) =>
  JSON.stringify(value, (_, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );

/** Whether the text holds each editor's appends, each once and in its order. */
function holdsAll(whole) {
  const parts = whole.split(';').slice(0, -1);
  return (
    parts.length === appends[0] + appends[1] &&
    appends.every((count, editor) => {
      const own = parts.filter((part) => part.startsWith(`${editor}:`));
      return own.length === count && own.every((part, index) => part === `${editor}:${index}`);
    })
  );
}

const arrived = () =>
  holdsAll(shown.get(grown)) &&
  shown.get(annotated) === `update ${updates}` &&
  text(summaries.get(annotated)) === text(expected);
await awaited(arrived);

/** What a node's REST routes show. */
async function read(node) {
  const channel = new Ably.Rest(at(node, as('reader'))).channels.get(name);
  const [one, two] = await Promise.all(serials.map((serial) => channel.getMessage(serial)));
  const { items } = await channel.history({ direction: 'forwards' });
  const annotations = await everything(channel.annotations.get(annotated, { limit: 1000 }));
  const versions = await everything(channel.getMessageVersions(annotated, { limit: 1000 }));
  return {
    appends: holdsAll(one.data),
    update: two.data === `update ${updates}`,
    summary: text(two.annotations.summary) === text(expected),
    history:
      items.length === 2 &&
      items[0].data === one.data &&
      items[1].data === two.data &&
      text(items[1].annotations.summary) === text(expected),
    annotations: annotations.length === 5 * (rounds[0] + rounds[1]),
    versions: versions.length === updates + 1,
  };
}
done({
  appends: appends[0] + appends[1],
  updates,
  annotations: 5 * (rounds[0] + rounds[1]),
  discontinuities: breaks.count,
  shown: { appends: holdsAll(shown.get(grown)), update: shown.get(annotated) === `update ${updates}` },
  told: text(summaries.get(annotated)) === text(expected),
  read: [await read(port), await read(otherPort)],
});
