import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connected, eventually, inbox, jwt, makeApp, reaches, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';

let app;
let key;
before(async () => {
  app = await makeApp();
  key = app.keys[0];
});

const capability = (value) => ({ 'x-ably-capability': JSON.stringify(value) });

test('what a token vouches for about its user is on messages and presence, for others to read', async () => {
  const name = uniqueName('claims:a');
  const reader = await connected(realtime({ key }));
  const received = await inbox(reader.channels.get(name));
  const present = [];
  await reader.channels.get(name).presence.subscribe((member) => present.push(member));
  const namespace = name.split(':')[0];
  const token = jwt(key, { 'x-ably-clientId': 'ann', 'ably.channel.*': 'guest', [`ably.channel.${namespace}:*`]: 'host' });
  const writer = await connected(realtime({ token }));
  const channel = writer.channels.get(name);

  await channel.publish({ name: 'event', data: 'hello', extras: { headers: { a: 1 } } });
  await channel.presence.enter('here');
  await rest({ token }).channels.get(name).publish('event', 'by REST');

  await received.count(2);
  assert.deepEqual(received.messages.map((message) => message.extras.userClaim), ['host', 'host']);
  assert.deepEqual(received.messages[0].extras.headers, { a: 1 });
  await eventually(() => present.length === 1, 'the member is seen');
  assert.equal(present[0].extras.userClaim, 'host');
});

test('nobody vouches for himself', async () => {
  const name = uniqueName();
  const client = await connected(realtime({ key, clientId: 'eve' }));
  const present = [];
  await client.channels.get(name).presence.subscribe((member) => present.push(member));
  const extras = { userClaim: 'admin' };

  const error = await refusal(() => client.channels.get(name).publish({ name: 'event', data: 'x', extras }));
  await client.channels.get(name).presence.enter({ data: 'x', extras });

  assert.equal(error.code, 40032);
  await eventually(() => present.length === 1, 'the member is seen');
  assert.equal(present[0].extras?.userClaim, undefined);
});

test('a token that allows less ends what it does not allow, and the channel stays attached', async () => {
  const name = uniqueName();
  const writer = await connected(realtime({ key }));
  const tokens = [
    jwt(key, capability({ '*': ['publish', 'subscribe', 'presence'] })),
    jwt(key, capability({ [name]: ['publish'], [`${name}-sync`]: ['subscribe'] })),
  ];
  const client = await connected(realtime({ authCallback: (params, done) => done(null, tokens.shift()) }));
  const channel = client.channels.get(name);
  const received = await inbox(channel);
  await writer.channels.get(name).publish('event', 'before');
  await received.count(1);

  await client.auth.authorize();

  const sync = await inbox(client.channels.get(`${name}-sync`));
  await writer.channels.get(name).publish('event', 'after');
  await channel.publish('event', 'still may');
  await writer.channels.get(`${name}-sync`).publish('event', 'sync');
  await sync.count(1);
  assert.deepEqual(received.data, ['before']);
  assert.equal(channel.state, 'attached');
  const page = await writer.channels.get(name).history();
  assert.deepEqual(page.items.map((message) => message.data), ['still may', 'after', 'before']);
});

test('a token can limit how fast its holder publishes, per channel', async () => {
  const name = uniqueName('slow:a');
  const claim = `ably.limits.publish.perAttachment.maxRate.${name.split(':')[0]}:*`;
  const client = await connected(realtime({ token: jwt(key, { [claim]: 2 }) }));
  const channel = client.channels.get(name);

  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => channel.publish('event', `m${i}`)));
  const elsewhere = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) => client.channels.get(uniqueName()).publish('event', `m${i}`)),
  );

  const refused = results.filter(({ status }) => status === 'rejected');
  assert.ok(refused.length >= 5 && refused.length <= 8, `${refused.length} refused`);
  assert.ok(refused.every(({ reason }) => reason.code === 42911 && reason.statusCode === 429), `${refused[0].reason}`);
  assert.ok(elsewhere.every(({ status }) => status === 'fulfilled'));
  assert.equal(client.connection.state, 'connected');
  const stored = await rest({ key }).channels.get(name).history();
  assert.equal(stored.items.length, 10 - refused.length);
});

test('a token that allows nothing on a channel fails it, and no other', async () => {
  const name = uniqueName();
  const tokens = [
    jwt(key, capability({ '*': ['*'] })),
    jwt(key, capability({ [`${name}-kept`]: ['*'] })),
  ];
  const client = await connected(realtime({ authCallback: (params, done) => done(null, tokens.shift()) }));
  const lost = client.channels.get(name);
  const kept = client.channels.get(`${name}-kept`);
  await Promise.all([lost.attach(), kept.attach()]);

  await client.auth.authorize();

  const change = await reaches(lost, 'failed');
  assert.equal(change.reason.code, 40160);
  await kept.publish('event', 'x');
  assert.equal(kept.state, 'attached');
});
