// node objects.mjs <key> <port> <port> <restPort> <channel> <operations> [untilTold]
// Two realtime clients, one for each format, and a REST writer change the same objects at random, and the clients lose
// their transports again and again. With `untilTold` they also go on until there is a line on standard input. Prints
// one line of JSON for each thing that somebody else waits for, and at the end whether everybody has the same: both
// clients, one that comes only then, and the server over REST. With 0 operations nothing is changed.
import * as Ably from 'ably';
import { LiveCounter, LiveMap, LiveObjects } from 'ably/liveobjects';
import { createHash } from 'node:crypto';
import readline from 'node:readline';
import { isDeepStrictEqual } from 'node:util';

const [key, onePort, otherPort, restPort, name, operationsText, untilTold] = process.argv.slice(2);
const operations = Number(operationsText);
let mayEnd = !untilTold;
const told = readline.createInterface({ input: process.stdin });
told.once('line', () => {
  mayEnd = true;
});
const options = (port, useBinaryProtocol) => ({
  key,
  endpoint: 'localhost',
  port: Number(port),
  tls: false,
  useBinaryProtocol,
  logLevel: 0,
  plugins: { LiveObjects },
  disconnectedRetryTimeout: 500,
});
const say = (event) => console.log(JSON.stringify(event));
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const upTo = (n) => Math.floor(Math.random() * n);

const KEYS = ['a', 'b', 'c', 'd', 'e.f', '', ...Array.from({ length: 14 }, (_, i) => `key${i}`)];
const PARTS = ['x', 'y', 'z'];
const value = () =>
  pick([() => upTo(1000), () => `text${upTo(50)}`, () => Math.random() < 0.5, () => Buffer.from([upTo(256)])])();

const totals = { performed: 0, tried: 0, hits: 0, unsureHits: 0, dropped: 0, retried: 0, refused: {} };
/** Whatever is refused is counted by its code; the rest was performed. */
async function attempt(operation) {
  totals.tried += 1;
  try {
    await operation();
  } catch (error) {
    const code = error?.code ?? error?.cause?.code ?? String(error);
    totals.refused[code] ??= { times: 0, first: error?.message };
    totals.refused[code].times += 1;
    return;
  }
  totals.performed += 1;
  if (totals.performed % (operations / 10) === 0) {
    say({ performed: totals.performed, tenth: totals.performed / (operations / 10) });
  }
}
const goesOn = () => totals.performed < operations || !mayEnd;

/** The same with the keys of objects in order. */
const sorted = (tree) => {
  if (Array.isArray(tree)) {
    return tree.map(sorted);
  }
  return tree !== null && typeof tree === 'object'
    ? Object.fromEntries(Object.keys(tree).sort().map((name) => [name, sorted(tree[name])]))
    : tree;
};
/** Which objects are where: with null for each value that is none. */
const idsOf = (place) => {
  if (place?.id === undefined) {
    return null;
  }
  const entries = place.size?.() === undefined ? [] : [...place.entries()];
  return [place.id, Object.fromEntries(entries.map(([name, child]) => [name, idsOf(child)]))];
};
/** The same of what REST tells in full. */
const idsOfDescribed = (place) => {
  if (place.objectId === undefined) {
    return null;
  }
  const entries = Object.entries(place.map?.entries ?? {});
  return [place.objectId, Object.fromEntries(entries.map(([name, { data }]) => [name, idsOfDescribed(data)]))];
};
/** JSON leaves are values in clients and text over REST. */
const plain = (tree) =>
  JSON.parse(JSON.stringify(tree), (name, leaf) => {
    const isJson = typeof leaf === 'string' && leaf.startsWith('{"of":');
    return isJson ? JSON.parse(leaf) : leaf;
  });

/** One operation that a realtime client performs; what does not fit the tree as it is now is not tried. */
async function change(root) {
  const map = pick([root, ...PARTS.map((part) => root.get(part))]);
  const keyOf = pick(KEYS);
  const kind = Math.random();
  if (kind < 0.3) {
    totals.unsureHits += 1;
    await root.get('hits').increment(1);
    totals.unsureHits -= 1;
    totals.hits += 1;
  } else if (kind < 0.55) {
    await map.set(keyOf, value());
  } else if (kind < 0.7) {
    await map.remove(keyOf);
  } else if (kind < 0.8) {
    await map.set(keyOf, LiveCounter.create(upTo(10)));
  } else if (kind < 0.9) {
    const counter = map.get(keyOf);
    await (typeof counter.value() === 'number' ? counter.increment(upTo(5)) : map.set(keyOf, upTo(5)));
  } else if (kind < 0.91) {
    await root.set(pick(PARTS), LiveMap.create({ a: value(), n: LiveMap.create({ c: LiveCounter.create(1) }) }));
  } else {
    await map.set(keyOf, LiveMap.create({ deep: value() }));
  }
}

async function work(client, channel) {
  const root = await channel.object.get();
  let mine = 0;
  const each = async () => {
    while (goesOn()) {
      await attempt(() => change(root));
      mine += 1;
      if (mine % Math.max(50, operations / 25) === 0) {
        totals.dropped += 1;
        client.connection.connectionManager.disconnectAllTransports();
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, each));
}

/** One REST publish; what may or may not have been done is sent again with the same id. */
async function publish(object, ...operations) {
  const id = `rest${totals.tried}-${Math.random()}`;
  for (;;) {
    try {
      return await object.publish(operations.map((operation, i) => ({ id: `${id}-${i}`, ...operation })));
    } catch (error) {
      if (error.statusCode < 500 && error.code !== 50003) {
        throw error;
      }
      totals.retried += 1;
      await pause(100);
    }
  }
}

/** One operation that the REST writer performs. */
async function writeOne(object) {
  const path = pick(['', '', ...PARTS]);
  const kind = Math.random();
  if (kind < 0.3) {
    await publish(object, { path: 'hits', counterInc: { number: 1 } });
    totals.hits += 1;
  } else if (kind < 0.55) {
    await publish(object, { path, mapSet: { key: pick(KEYS), value: { string: `rest${upTo(50)}` } } });
  } else if (kind < 0.7) {
    await publish(object, { path, mapRemove: { key: pick(KEYS) } });
  } else if (kind < 0.8) {
    await publish(object, { path: `${pick(PARTS)}.${pick(KEYS).replace('.', '\\.')}`, counterCreate: { count: 2 } });
  } else if (kind < 0.85) {
    const entries = { b: { data: { bytes: Buffer.from([upTo(256)]) } }, j: { data: { json: { of: [upTo(9)] } } } };
    await publish(object, { path: `${pick(PARTS)}.${pick(['a', 'b', 'c'])}`, mapCreate: { semantics: 'lww', entries } });
  } else if (kind < 0.9) {
    const inc = (number) => ({ path: 'hits', counterInc: { number } });
    await publish(object, inc(2), inc(-1));
    totals.hits += 1;
  } else {
    await publish(object, { path: '*.n.c', counterInc: { number: 3 } });
  }
}

async function write(object) {
  const each = async () => {
    while (goesOn()) {
      await attempt(() => writeOne(object));
    }
  };
  await Promise.all([each(), each()]);
}

const modes = ['OBJECT_SUBSCRIBE', 'OBJECT_PUBLISH'];
const clients = [new Ably.Realtime(options(onePort, false)), new Ably.Realtime(options(otherPort, true))];
const channels = clients.map((client) => client.channels.get(name, { modes }));
const object = new Ably.Rest(options(restPort, false)).channels.get(name).object;

if (operations > 0) {
  await object.publish({ path: 'hits', counterCreate: { count: 0 } });
  for (const part of PARTS) {
    await object.publish({ path: part, mapCreate: { semantics: 'lww', entries: { n: { data: { number: 0 } } } } });
  }
  await Promise.all([...channels.map((channel, i) => work(clients[i], channel)), write(object)]);
}
const roots = await Promise.all(channels.map((channel) => channel.object.get()));

const clientHas = (root) => ({ values: plain(root.compactJson()), ids: idsOf(root.instance()) });
const serverHas = async () => ({
  values: plain(await object.get()),
  ids: idsOfDescribed(await object.get({ compact: false })),
});
const all = async () => [...roots.map(clientHas), await serverHas().catch((error) => ({ error: error.message }))];
const agreed = (views) => views.every((view) => isDeepStrictEqual(view, views[0]));
const deadline = Date.now() + 60_000;
while (!agreed(await all()) && Date.now() < deadline) {
  await pause(100);
}
const late = new Ably.Realtime(options(otherPort, false));
const lateRoot = await late.channels.get(name, { modes }).object.get();
const views = [...(await all()), clientHas(lateRoot)];
const text = JSON.stringify(sorted(views[0]));
say({
  done: true,
  ...totals,
  agreed: agreed(views),
  hitsCounted: views[0].values.hits,
  objects: text.match(/"(map|counter):/g)?.length ?? 0,
  bytes: text.length,
  digest: createHash('sha256').update(text).digest('hex'),
  ...(agreed(views) ? {} : { views }),
});
[...clients, late].forEach((client) => client.close());
told.close();
