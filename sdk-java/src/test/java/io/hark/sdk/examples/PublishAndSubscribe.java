package io.hark.sdk.examples;

import io.hark.sdk.Channel;
import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.Delivery;
import io.hark.sdk.From;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.MessageReader;
import java.util.function.Consumer;

/// A message, published and received. Arguments: the endpoint, such as `http://localhost:8080`, and a
/// key.
public final class PublishAndSubscribe {
    private PublishAndSubscribe() {}

    public static void main(String[] args) throws InterruptedException {
        run(args[0], args[1], System.out::println);
    }

    public static void run(String endpoint, String key, Consumer<String> out) throws InterruptedException {
        try (HarkClient client = HarkClient.connect(HarkOptions.of(endpoint, Credentials.key(key)))) {
            Channel<String> greetings = client.channel("greetings", Codec.text());
            try (MessageReader<String> reader = greetings.reader(From.now())) {
                if (reader.next() instanceof Delivery.Started<String>) {
                    out.accept("subscribed");
                }
                greetings.publishBlocking("greeting", "hello");
                if (reader.next() instanceof Delivery.Received<String> received) {
                    out.accept("received " + received.value());
                }
            }
        }
    }
}
