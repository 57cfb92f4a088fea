package io.hark.sdk.examples;

import io.hark.sdk.Channel;
import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.Cursor;
import io.hark.sdk.Delivery;
import io.hark.sdk.From;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.MessageReader;
import java.util.function.Consumer;

/// A consumer that stops, and another that goes on behind what the first dealt with. A real one stores
/// the cursor with what it made of the message, in one transaction.
public final class GoOnWhereYouStopped {
    private GoOnWhereYouStopped() {}

    public static void main(String[] args) throws InterruptedException {
        run(args[0], args[1], System.out::println);
    }

    public static void run(String endpoint, String key, Consumer<String> out) throws InterruptedException {
        HarkOptions options = HarkOptions.of(endpoint, Credentials.key(key));
        Cursor stored;
        try (HarkClient first = HarkClient.connect(options)) {
            Channel<String> jobs = first.channel("jobs", Codec.text());
            try (MessageReader<String> reader = jobs.reader(From.now())) {
                stored = reader.next().cursor();
                jobs.publishBlocking("job", "one");
                jobs.publishBlocking("job", "two");
                if (reader.next() instanceof Delivery.Received<String> received) {
                    out.accept("did " + received.value());
                    stored = received.cursor();
                }
            }
        }
        try (HarkClient second = HarkClient.connect(options);
                MessageReader<String> reader =
                        second.channel("jobs", Codec.text()).reader(From.after(stored))) {
            for (int deliveries = 0; deliveries < 2; deliveries++) {
                switch (reader.next()) {
                    case Delivery.Started<String> started -> out.accept("goes on");
                    case Delivery.Received<String> received -> out.accept("did " + received.value());
                    case Delivery.Unreadable<String> unreadable -> out.accept("what is this? " + unreadable.why());
                    case Delivery.Gap<String> gap ->
                        out.accept("missed something: " + gap.reason().message());
                }
            }
        }
    }
}
