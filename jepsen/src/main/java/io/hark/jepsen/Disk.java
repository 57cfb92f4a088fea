package io.hark.jepsen;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Blocking: a small disk of its own for one node, in memory, which can be filled. Needs root.
final class Disk implements AutoCloseable {
    private static final int BLOCK = 64 << 10;
    private static final String DEVICE = "hark-jepsen";
    private static final Path MOUNTS = Path.of("/proc/mounts");

    private final Path path;

    private Disk(Path path) {
        this.path = path;
    }

    static Disk mount(Path path, int mebibytes) throws IOException {
        Files.createDirectories(path);
        Shell.run("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(mebibytes), DEVICE, path.toString());
        Disk disk = new Disk(path);
        Leftovers.add(disk);
        return disk;
    }

    /// Lets go of the disks below a folder that runs which were killed have left behind.
    static void unmountBelow(Path dir) throws IOException {
        if (!Files.isReadable(MOUNTS)) {
            return;
        }
        for (String mount : Files.readAllLines(MOUNTS)) {
            String[] words = mount.split(" ");
            if (words[0].equals(DEVICE) && Path.of(words[1]).startsWith(dir)) {
                Shell.run("umount", "-l", words[1]);
            }
        }
    }

    private Path ballast() {
        return path.resolve("ballast");
    }

    /// Leaves no free byte.
    void fill() throws IOException {
        long free = path.toFile().getUsableSpace();
        if (free > BLOCK) {
            Shell.run("fallocate", "-l", Long.toString(free - BLOCK), ballast().toString());
        }
        byte[] block = new byte[BLOCK];
        try (OutputStream out =
                Files.newOutputStream(ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            if (path.toFile().getUsableSpace() > BLOCK) {
                throw full;
            }
        }
    }

    void free() throws IOException {
        Files.deleteIfExists(ballast());
    }

    @Override
    public void close() throws IOException {
        Leftovers.remove(this);
        Shell.run("umount", "-l", path.toString());
    }
}
