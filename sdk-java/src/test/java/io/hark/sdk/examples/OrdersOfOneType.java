package io.hark.sdk.examples;

import io.hark.sdk.Channel;
import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.HistoryQuery;
import io.hark.sdk.Message;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Values of the application's own type, and the history as a stream. A real codec is a line for the
/// JSON library of your choice: `Codec.json(mapper::writeValueAsString, text -> mapper.readValue(text,
/// Order.class))`.
public final class OrdersOfOneType {
    private static final Pattern ORDER = Pattern.compile("\\{\"id\":(\\d+),\"item\":\"([^\"]*)\"}");

    private OrdersOfOneType() {}

    record Order(int id, String item) {
        String toJson() {
            return "{\"id\":%d,\"item\":\"%s\"}".formatted(id, item);
        }

        static Order ofJson(String json) {
            Matcher order = ORDER.matcher(json);
            if (!order.matches()) {
                throw new IllegalArgumentException("no order: " + json);
            }
            return new Order(Integer.parseInt(order.group(1)), order.group(2));
        }
    }

    public static void main(String[] args) {
        run(args[0], args[1], System.out::println);
    }

    public static void run(String endpoint, String key, Consumer<String> out) {
        try (HarkClient client = HarkClient.connect(HarkOptions.of(endpoint, Credentials.key(key)))) {
            Channel<Order> orders = client.channel("orders", Codec.json(Order::toJson, Order::ofJson));
            CompletableFuture<?> first = orders.publish("created", new Order(1, "tea"));
            CompletableFuture<?> second = orders.publish("created", new Order(2, "cake"));
            CompletableFuture.allOf(first, second).join();
            try (Stream<Message<Order>> history = orders.history(HistoryQuery.oldestFirst()).stream()) {
                history.map(Message::value)
                        .map(order -> order.id() + " " + order.item())
                        .forEach(out);
            }
        }
    }
}
