// node revoked.mjs <port>,<port>,<port>
// A client is on the first node when its token is revoked through the second. Says when it was disconnected and is
// back, and when the old token is refused everywhere; then somebody else ends the last node and writes a line. Says
// whether the nodes that are left still refuse it.
import * as Ably from 'ably';
import { once } from 'node:events';

const ports = process.argv[2].split(',').map(Number);
const say = (event) => console.log(JSON.stringify(event));
const options = (port) => ({ endpoint: 'localhost', port, tls: false, useBinaryProtocol: true, logLevel: 0 });

const response = await fetch(`http://localhost:${ports[0]}/apps`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ keys: [{ revocableTokens: true }] }),
});
const key = (await response.json()).keys[0].keyStr;

async function eventually(condition) {
  const deadline = Date.now() + 40_000;
  for (let result = await condition(); ; result = await condition()) {
    if (result) {
      return result;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within time: ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The code with which a node answers the token; 0 when it takes it. While a channel has no owner it cannot. */
async function answer(port, token) {
  const answered = await fetch(`http://localhost:${port}/channels/any/messages`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answered.ok ? 0 : (await answered.json()).error.code;
}

const signer = new Ably.Rest({ ...options(ports[1]), key });
await eventually(() => signer.auth.requestToken().then(() => true, () => false));
const tokens = [];
const client = new Ably.Realtime({
  ...options(ports[0]),
  authCallback: (params, done) =>
    signer.auth.requestToken({ ...params, clientId: 'bob' }).then((token) => {
      tokens.push(token.token);
      done(null, token);
    }, done),
});
await client.connection.once('connected');
const disconnected = client.connection.once('disconnected');
await new Promise((resolve) => setTimeout(resolve, 20));
await signer.auth.revokeTokens([{ type: 'clientId', value: 'bob' }]);
const change = await disconnected;
await eventually(() => client.connection.state === 'connected');
for (const port of ports) {
  await eventually(async () => (await answer(port, tokens[0])) === 40141);
}
say({ cut: change.reason.code, tokens: tokens.length });
await once(process.stdin, 'data');
const left = ports.slice(0, 2);
const answers = [];
for (const port of left) {
  answers.push(await answer(port, tokens[0]));
  await eventually(async () => (await answer(port, tokens[1])) === 0);
}
say({ answers });
process.exit(0);
