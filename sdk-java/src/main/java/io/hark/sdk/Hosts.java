package io.hark.sdk;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Confined: which endpoint is tried next: the preferred one, then each of the others once, in an order
/// of chance.
final class Hosts {
    private final List<URI> all;
    private final RandomGenerator random;
    private List<URI> round;
    private int tried;

    Hosts(List<URI> all, RandomGenerator random) {
        this.all = all;
        this.random = random;
        round = shuffled();
    }

    private List<URI> shuffled() {
        List<URI> order = new ArrayList<>(all);
        for (int i = order.size() - 1; i > 1; i--) {
            int other = 1 + random.nextInt(i);
            URI swapped = order.get(i);
            order.set(i, order.get(other));
            order.set(other, swapped);
        }
        return order;
    }

    URI current() {
        return round.get(tried);
    }

    /// The current one did not answer.
    ///
    /// @return whether another is left in this round; if not, the next round begins with the preferred
    ///         one
    boolean next() {
        if (++tried < round.size()) {
            return true;
        }
        tried = 0;
        round = shuffled();
        return false;
    }
}
