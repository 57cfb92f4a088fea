// What a developer pastes elsewhere to talk to the channel on the page.

const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const doubleQuoted = (text) => JSON.stringify(text);

/** Snippets by tab, each a note and its code. */
export function snippets({ key, origin, host, port, tls, channel }) {
  const path = encodeURIComponent(channel);
  return {
    curl: {
      note: 'Publish from a terminal.',
      code: `curl -u '${key}' \\
  ${origin}/channels/${path}/messages \\
  -H 'Content-Type: application/json' \\
  -d '{"name":"greeting","data":"hello from curl"}'`,
    },
    js: {
      note: 'npm install ably, then save as hello.mjs',
      code: `import * as Ably from 'ably';

const client = new Ably.Realtime({
  key: ${quoted(key)},
  endpoint: ${quoted(host)},
  ${tls ? 'tlsPort' : 'port'}: ${port},
  tls: ${tls},
});

const channel = client.channels.get(${quoted(channel)});
await channel.subscribe((message) => {
  console.log(message.name, message.data);
});
await channel.publish('greeting', 'hello from node');`,
    },
    java: {
      note: 'With io.ably:ably-java:1.5.0',
      code: `var options = new ClientOptions(${doubleQuoted(key)});
options.restHost = ${doubleQuoted(host)};
options.realtimeHost = ${doubleQuoted(host)};
options.${tls ? 'tlsPort' : 'port'} = ${port};
options.tls = ${tls};

var client = new AblyRealtime(options);
var channel = client.channels.get(${doubleQuoted(channel)});
channel.subscribe(message ->
    System.out.println(message.name + " " + message.data));
channel.publish("greeting", "hello from Java");`,
    },
    sse: {
      note: 'Follow the channel with no SDK at all.',
      code: `curl -N -u '${key}' \\
  '${origin}/sse?v=1.2&channels=${path}'`,
    },
  };
}
