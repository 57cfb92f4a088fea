import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  connected, drop, eventually, inbox, jwt, makeApp, reaches, realtime, rest, uniqueName,
} from '../lib/hark.mjs';
import { cuttableProxy } from '../lib/proxy.mjs';

let app;
before(async () => (app = await makeApp()));

test('connects with a key', async () => {
  const client = await connected(realtime({ key: app.keys[0] }));
  assert.match(client.connection.id, /^[^:]+$/);
  assert.ok(await client.connection.ping() >= 0);
});

test('a clientId in the options becomes the identity', async () => {
  const client = await connected(realtime({ key: app.keys[0], clientId: 'alice' }));
  assert.equal(client.auth.clientId, 'alice');
});

test('connects with a token that the node issued, and learns its clientId from it', async () => {
  const token = await rest({ key: app.keys[0] }).auth.requestToken({ clientId: 'bob' });
  const client = await connected(realtime({ token: token.token }));
  assert.equal(client.auth.clientId, 'bob');
});

test('connects with a signed TokenRequest from an authCallback', async () => {
  const signer = rest({ key: app.keys[0] });
  const client = await connected(
    realtime({
      authCallback: (params, done) => signer.auth.createTokenRequest({ ...params, clientId: 'carol' }).then(
        (request) => done(null, request),
        (error) => done(error, null),
      ),
    }),
  );
  assert.equal(client.auth.clientId, 'carol');
});

test('connects with a JWT', async () => {
  const claims = { 'x-ably-clientId': 'dave', 'x-ably-capability': JSON.stringify({ '*': ['subscribe', 'publish'] }) };
  const client = await connected(realtime({ token: jwt(app.keys[0], claims) }));
  assert.equal(client.auth.clientId, 'dave');
  const channel = client.channels.get(uniqueName());
  const received = await inbox(channel);
  await channel.publish('event', 'by token');
  await received.count(1);
});

test('a wrong secret fails the connection with 40101', async () => {
  const client = realtime({ key: `${app.keys[0].split(':')[0]}:wrong` });
  const change = await reaches(client.connection, 'failed');
  assert.equal(change.reason.code, 40101);
  assert.equal(change.reason.statusCode, 401);
});

test('an unknown key fails the connection with 40101', async () => {
  const change = await reaches(realtime({ key: 'this.is:wrong' }).connection, 'failed');
  assert.equal(change.reason.code, 40101);
});

test('a token for another clientId fails the connection with 40102', async () => {
  const { token } = await rest({ key: app.keys[0] }).auth.requestToken({ clientId: 'erin' });
  // The SDK itself refuses a mismatch that it can see, so the token comes as an opaque string.
  const client = realtime({ token, clientId: 'frank' });
  const change = await reaches(client.connection, 'failed');
  assert.equal(change.reason.code, 40102);
});

test('an expired token is refused with a token error and asked for again', async () => {
  let asked = 0;
  const client = realtime({
    authCallback: (_, done) => {
      asked += 1;
      done(null, jwt(app.keys[0], {}, asked === 1 ? -60 : 3600));
    },
  });
  await connected(client);
  assert.equal(asked, 2);
});

test('the node asks for a new token before the old one expires, and the connection stays up', async () => {
  let asked = 0;
  const signer = rest({ key: app.keys[0] });
  const client = realtime({
    authCallback: (params, done) => {
      asked += 1;
      signer.auth.requestToken({ ...params, clientId: 'grace', ttl: 33_000 }).then((token) => done(null, token), done);
    },
  });
  await connected(client);
  const { id } = client.connection;
  const left = [];
  client.connection.on((change) => change.current !== 'connected' && left.push(change.current));
  await eventually(() => asked >= 2, 'a second token is asked for');
  await new Promise((resolve) => client.connection.once('update', resolve));
  assert.deepEqual(left, []);
  assert.equal(client.connection.id, id);
});

test('a token that ends soon is not asked for again and again', async () => {
  let asked = 0;
  const signer = rest({ key: app.keys[0] });
  const client = realtime({
    authCallback: (params, done) => {
      asked += 1;
      signer.auth.requestToken({ ttl: asked === 1 ? 33_000 : 29_500 }).then((token) => done(null, token), done);
    },
  });
  await connected(client);
  await new Promise((resolve) => client.connection.once('update', resolve));
  // The node looks once a second whom to ask.
  const until = Date.now() + 3_000;
  await eventually(() => Date.now() > until, 'time passes');
  assert.equal(asked, 2);
});

test('a client that went over from its key to a token resumes', async (t) => {
  const proxy = await cuttableProxy();
  t.after(() => proxy.close());
  const client = await connected(realtime({ key: app.keys[0], port: proxy.port }));
  const { id } = client.connection;
  await client.auth.authorize();
  for (let round = 0; round < 2; round += 1) {
    const dropped = drop(client);
    proxy.cut();
    await dropped;
    await connected(client);
    assert.equal(client.connection.id, id);
  }
});

test('an expired token disconnects with 40142 and the connection resumes with a new one', async () => {
  const signer = rest({ key: app.keys[0] });
  const client = realtime({
    authCallback: (params, done) =>
      signer.auth.requestToken({ ...params, ttl: 5_000 }).then((token) => done(null, token), done),
  });
  await connected(client);
  const { id } = client.connection;
  const change = await reaches(client.connection, 'disconnected');
  assert.equal(change.reason.code, 40142);
  assert.equal(change.reason.statusCode, 401);
  await connected(client);
  assert.equal(client.connection.id, id);
});

test('authorize changes the rights of a connection that is up', async () => {
  const channel = uniqueName();
  const capability = { [channel]: ['subscribe'] };
  const options = { key: app.keys[0], useTokenAuth: true, defaultTokenParams: { capability } };
  const client = await connected(realtime(options));
  const { id } = client.connection;
  const attached = client.channels.get(channel);
  const received = await inbox(attached);
  await assert.rejects(attached.publish('event', 'too early'), { code: 40160 });
  await client.auth.authorize({ capability: { [channel]: ['subscribe', 'publish'] } });
  await attached.publish('event', 'now');
  await received.count(1);
  assert.equal(client.connection.id, id);
  const failed = reaches(attached, 'failed');
  await client.auth.authorize({ capability: { other: ['subscribe'] } });
  assert.equal((await failed).reason.code, 40160);
  assert.equal(client.connection.state, 'connected');
});

test('close ends the connection', async () => {
  const client = await connected(realtime({ key: app.keys[0] }));
  client.close();
  await reaches(client.connection, 'closed');
});
