import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { binary, connected, eventually, inbox, jwt, makeApp, reaches, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';

let app;
before(async () => {
  app = await makeApp([], { keys: [{ revocableTokens: true }, {}] });
});

const signer = () => rest({ key: app.keys[0] });

/** A client that asks for a token of `clientId` whenever it needs one, and how often it has. */
function renewing(clientId) {
  const asked = { times: 0 };
  const client = realtime({
    authCallback: (params, done) => {
      asked.times++;
      signer().auth.requestToken({ ...params, clientId }).then((token) => done(null, token), done);
    },
  });
  return { asked, client };
}

test('a client whose token is revoked is disconnected with 40141, and continues with a new one', async () => {
  const clientId = uniqueName('client');
  const { asked, client } = renewing(clientId);
  await connected(client);
  const received = await inbox(client.channels.get(uniqueName()));
  const id = client.connection.id;
  // A token of the same millisecond is not meant.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const disconnected = reaches(client.connection, 'disconnected');

  const result = await signer().auth.revokeTokens([{ type: 'clientId', value: clientId }]);

  assert.equal(result.successCount, 1);
  assert.equal(result.failureCount, 0);
  assert.equal(result.results[0].target, `clientId:${clientId}`);
  assert.ok(result.results[0].appliesAt >= result.results[0].issuedBefore);
  const { reason } = await disconnected;
  assert.equal(reason.code, 40141);
  assert.equal(reason.statusCode, 401);
  await connected(client);
  assert.equal(client.connection.id, id);
  assert.equal(asked.times, 2);
  const channel = client.channels.get(uniqueName('after'));
  await channel.publish('event', 'goes on');
  assert.equal(received.messages.length, 0);
});

test('a client that holds only the revoked token fails', async () => {
  const clientId = uniqueName('client');
  const { token } = await signer().auth.requestToken({ clientId });
  const client = await connected(realtime({ token }));
  await new Promise((resolve) => setTimeout(resolve, 5));

  await signer().auth.revokeTokens([{ type: 'clientId', value: clientId }]);

  const { reason } = await reaches(client.connection, 'failed');
  assert.ok([40141, 40171].includes(reason.code), `${reason}`);
  const late = await reaches(realtime({ token }).connection, 'failed');
  assert.ok([40141, 40171].includes(late.reason.code), `${late.reason}`);
  const error = await refusal(() => rest({ token }).channels.get('any').history());
  assert.ok([40141, 40171].includes(error.code), `${error}`);
});

test('with a margin the client is asked for a new token and stays connected', async () => {
  const clientId = uniqueName('client');
  const { asked, client } = renewing(clientId);
  await connected(client);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const began = Date.now();
  const changes = [];
  client.connection.on((change) => changes.push(change.current));

  const result = await signer().auth.revokeTokens([{ type: 'clientId', value: clientId }], { allowReauthMargin: true });

  assert.ok(result.results[0].appliesAt > began + 30_000);
  await eventually(() => asked.times === 2 && changes.length > 0, 'another token is asked for');
  assert.ok(changes.every((state) => state === 'connected'), `${changes}`);
});

test('JWTs are revoked by their revocation key, tokens by a channel of their capability', async () => {
  const team = uniqueName('team');
  const channel = uniqueName();
  const ofTeam = jwt(app.keys[0], { 'x-ably-revocation-key': team, iat: Math.floor(Date.now() / 1000) - 1 }, 60);
  const ofOther = jwt(app.keys[0], { 'x-ably-revocation-key': 'other', iat: Math.floor(Date.now() / 1000) - 1 }, 60);
  const ofChannel = await signer().auth.requestToken({ capability: { [channel]: ['*'] } });
  await new Promise((resolve) => setTimeout(resolve, 5));

  await signer().auth.revokeTokens([{ type: 'revocationKey', value: team }, { type: 'channel', value: channel }]);

  for (const token of [ofTeam, ofChannel.token]) {
    const error = await refusal(() => rest({ token }).channels.get(channel).history());
    assert.ok([40141, 40171].includes(error.code), `${error}`);
  }
  await rest({ token: ofOther }).channels.get(channel).history();
});

test('issuedBefore spares what was issued later, and failures stand beside successes', async () => {
  const clientId = uniqueName('client');
  const issuedBefore = Date.now() - 10_000;
  const { token } = await signer().auth.requestToken({ clientId });

  const result = await signer().auth.revokeTokens(
    [{ type: 'nothing', value: 'x' }, { type: 'clientId', value: clientId }],
    { issuedBefore },
  );

  assert.equal(result.failureCount, 1);
  assert.equal(result.results[0].target, 'nothing:x');
  assert.equal(result.results[0].error.statusCode, 400);
  assert.equal(result.results[1].issuedBefore, issuedBefore);
  await rest({ token }).channels.get('any').history();
});

test('a key whose tokens are not revocable says so', async () => {
  const error = await refusal(() =>
    rest({ key: app.keys[1], useBinaryProtocol: binary }).auth.revokeTokens([{ type: 'clientId', value: 'x' }]),
  );
  assert.equal(error.code, 40163);
  assert.equal(error.statusCode, 401);
});
