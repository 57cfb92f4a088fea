package io.hark.jepsen;

import io.hark.jepsen.Cluster.Ability;
import io.hark.jepsen.Cluster.Cut;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Value: what is done to a cluster for some time. Nodes are counted from 0.
sealed interface Fault {
    /// What the cluster must be able to suffer.
    default Optional<Ability> needs() {
        return Optional.empty();
    }

    /// Nodes that it takes out of service.
    Set<Integer> victims();

    /// Text that [#parse] reads, such as `kill node=1`.
    String text();

    /// kill -9; at the end it is started again.
    record Kill(int node) implements Fault {
        @Override
        public Set<Integer> victims() {
            return Set.of(node);
        }

        @Override
        public String text() {
            return "kill node=" + node;
        }
    }

    /// SIGSTOP, then SIGCONT.
    record Pause(int node) implements Fault {
        @Override
        public Set<Integer> victims() {
            return Set.of(node);
        }

        @Override
        public String text() {
            return "pause node=" + node;
        }
    }

    /// The node and the others do not reach each other; clients reach all.
    record Isolate(int node, Cut cut) implements Fault {
        @Override
        public Optional<Ability> needs() {
            return Optional.of(Ability.CUT);
        }

        @Override
        public Set<Integer> victims() {
            return Set.of(node);
        }

        @Override
        public String text() {
            return "isolate node=%d cut=%s".formatted(node, cut);
        }
    }

    /// The node's links to the others are slow; with 0 bytes a second they stall, and stay open.
    record Slow(int node, int delayMillis, int bytesPerSecond) implements Fault {
        @Override
        public Optional<Ability> needs() {
            return Optional.of(Ability.SLOW);
        }

        @Override
        public Set<Integer> victims() {
            return Set.of(node);
        }

        @Override
        public String text() {
            return "slow node=%d delayMillis=%d bytesPerSecond=%d".formatted(node, delayMillis, bytesPerSecond);
        }
    }

    /// The node's disk has no free byte; at the end it has, and the node is started again if it ended by
    /// that.
    record FillDisk(int node) implements Fault {
        @Override
        public Optional<Ability> needs() {
            return Optional.of(Ability.FULL_DISK);
        }

        @Override
        public Set<Integer> victims() {
            return Set.of(node);
        }

        @Override
        public String text() {
            return "fillDisk node=" + node;
        }
    }

    /// A planned restart: SIGTERM, and when the node has ended a start.
    record Restart(int node) implements Fault {
        @Override
        public Set<Integer> victims() {
            return Set.of(node);
        }

        @Override
        public String text() {
            return "restart node=" + node;
        }
    }

    /// A node that was not there before is started.
    record Join(int node) implements Fault {
        @Override
        public Set<Integer> victims() {
            return Set.of();
        }

        @Override
        public String text() {
            return "join node=" + node;
        }
    }

    /// A node is drained, stopped and taken out of the region for good.
    record Leave(int node) implements Fault {
        @Override
        public Set<Integer> victims() {
            return Set.of();
        }

        @Override
        public String text() {
            return "leave node=" + node;
        }
    }

    static Fault parse(String text) {
        String[] words = text.strip().split("\\s+");
        Map<String, String> arguments = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("'%s' in '%s' is not name=value".formatted(words[i], text));
            }
            arguments.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        int node = Integer.parseInt(arguments.getOrDefault("node", "0"));
        return switch (words[0]) {
            case "kill" -> new Kill(node);
            case "pause" -> new Pause(node);
            case "isolate" -> new Isolate(node, Cut.valueOf(arguments.get("cut")));
            case "slow" ->
                new Slow(
                        node,
                        Integer.parseInt(arguments.get("delayMillis")),
                        Integer.parseInt(arguments.get("bytesPerSecond")));
            case "fillDisk" -> new FillDisk(node);
            case "restart" -> new Restart(node);
            case "join" -> new Join(node);
            case "leave" -> new Leave(node);
            default -> throw new IllegalArgumentException("there is no fault '%s'".formatted(words[0]));
        };
    }
}
