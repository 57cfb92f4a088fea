package io.hark.cluster.control;

import io.hark.cluster.net.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A region's control logs in one JVM, on loopback.
final class LocalGroup implements AutoCloseable {
    private final Path dir;
    private final RaftTimeouts timeouts;
    private final LinkedHashMap<String, String> voters = new LinkedHashMap<>();
    private final Map<String, String> followers = new TreeMap<>();
    private final Map<String, RatisControlLog> running = new TreeMap<>();

    LocalGroup(Path dir, RaftTimeouts timeouts, String... voters) {
        this.dir = dir;
        this.timeouts = timeouts;
        List<String> addresses = freeAddresses(voters.length);
        for (int i = 0; i < voters.length; i++) {
            this.voters.put(voters[i], addresses.get(i));
        }
    }

    private static List<String> freeAddresses(int count) {
        return FreePorts.several(count).stream()
                .map(port -> "127.0.0.1:" + port)
                .toList();
    }

    RaftConfig config(String node) {
        String address = voters.containsKey(node)
                ? voters.get(node)
                : followers.computeIfAbsent(node, none -> freeAddresses(1).getFirst());
        return new RaftConfig("test", node, address, voters, dir.resolve(node), timeouts);
    }

    RatisControlLog start(String node) {
        RatisControlLog log = RatisControlLog.open(config(node));
        running.put(node, log);
        return log;
    }

    LocalGroup startVoters() {
        // Together, as a node asks those before it whether there is a group already.
        voters.keySet().forEach(this::start);
        return this;
    }

    void stop(String node) {
        running.remove(node).close();
    }

    void wipe(String node) {
        try (Stream<Path> files = Files.walk(dir.resolve(node))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RatisControlLog log(String node) {
        return running.get(node);
    }

    Collection<RatisControlLog> logs() {
        return running.values();
    }

    Optional<String> leaderNow() {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue().leads())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    String leader() {
        Eventually.eventually(
                "a leader", Duration.ofSeconds(30), () -> leaderNow().isPresent());
        return leaderNow().orElseThrow();
    }

    String follower() {
        String leader = leader();
        return voters.keySet().stream()
                .filter(node -> running.containsKey(node) && !node.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        running.values().parallelStream().forEach(RatisControlLog::close);
    }
}
