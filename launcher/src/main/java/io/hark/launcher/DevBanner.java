package io.hark.launcher;

/// Value: what a developer needs first, as text for the terminal.
record DevBanner(int port, String key) {
    private static final String TEXT = """

        Hark runs on http://localhost:{port}

          Open this page     http://localhost:{port}/
          Your key           {key}

          Publish with curl:

            curl -u '{key}' http://localhost:{port}/channels/hello/messages -H 'Content-Type: application/json' -d '{"name":"greeting","data":"hello from curl"}'

          Subscribe with the ably SDK (npm install ably):

            import * as Ably from 'ably';
            const client = new Ably.Realtime({
              key: '{key}',
              endpoint: 'localhost',
              port: {port},
              tls: false,
            });
            const channel = client.channels.get('hello');
            await channel.subscribe((message) => console.log(message.name, message.data));
            await channel.publish('greeting', 'hello from node');

          Stop with Ctrl-C.
        """;

    @Override
    public String toString() {
        return TEXT.replace("{port}", Integer.toString(port)).replace("{key}", key);
    }
}
