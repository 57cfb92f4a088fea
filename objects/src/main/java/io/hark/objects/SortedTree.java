package io.hark.objects;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Value: a map from text to values, sorted by text. A changed one shares all but the path to the
/// change with the one before, so that a snapshot costs nothing and a change the logarithm of the size.
final class SortedTree<V> implements Iterable<Map.Entry<String, V>> {
    private static final SortedTree<?> EMPTY = new SortedTree<>(null, 0);

    private final Node<V> root;
    private final int size;

    private SortedTree(Node<V> root, int size) {
        this.root = root;
        this.size = size;
    }

    /// An AVL tree's node: the heights of its two sides differ by at most one.
    private record Node<V>(String key, V value, Node<V> left, Node<V> right, int height) {
        static <V> Node<V> of(String key, V value, Node<V> left, Node<V> right) {
            return new Node<>(key, value, left, right, 1 + Math.max(height(left), height(right)));
        }

        static int height(Node<?> node) {
            return node == null ? 0 : node.height;
        }

        /// @param left differs from `right` in height by at most two
        static <V> Node<V> balanced(String key, V value, Node<V> left, Node<V> right) {
            int tilt = height(left) - height(right);
            if (tilt > 1) {
                Node<V> pivot = height(left.left) >= height(left.right) ? left : left.rotatedLeft();
                return of(pivot.key, pivot.value, pivot.left, of(key, value, pivot.right, right));
            }
            if (tilt < -1) {
                Node<V> pivot = height(right.right) >= height(right.left) ? right : right.rotatedRight();
                return of(pivot.key, pivot.value, of(key, value, left, pivot.left), pivot.right);
            }
            return of(key, value, left, right);
        }

        private Node<V> rotatedLeft() {
            return of(right.key, right.value, of(key, value, left, right.left), right.right);
        }

        private Node<V> rotatedRight() {
            return of(left.key, left.value, left.left, of(key, value, left.right, right));
        }

        Node<V> with(String newKey, V newValue) {
            int side = newKey.compareTo(key);
            if (side == 0) {
                return new Node<>(key, newValue, left, right, height);
            }
            return side < 0
                    ? balanced(
                            key,
                            value,
                            left == null ? of(newKey, newValue, null, null) : left.with(newKey, newValue),
                            right)
                    : balanced(
                            key,
                            value,
                            left,
                            right == null ? of(newKey, newValue, null, null) : right.with(newKey, newValue));
        }

        /// @param gone a key that is there
        Node<V> without(String gone) {
            int side = gone.compareTo(key);
            if (side < 0) {
                return balanced(key, value, left.without(gone), right);
            }
            if (side > 0) {
                return balanced(key, value, left, right.without(gone));
            }
            if (left == null || right == null) {
                return left == null ? right : left;
            }
            Node<V> next = right.first();
            return balanced(next.key, next.value, left, right.without(next.key));
        }

        private Node<V> first() {
            Node<V> at = this;
            while (at.left != null) {
                at = at.left;
            }
            return at;
        }
    }

    @SuppressWarnings("unchecked")
    static <V> SortedTree<V> empty() {
        return (SortedTree<V>) EMPTY;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Optional<V> get(String key) {
        Node<V> at = root;
        while (at != null) {
            int side = key.compareTo(at.key);
            if (side == 0) {
                return Optional.of(at.value);
            }
            at = side < 0 ? at.left : at.right;
        }
        return Optional.empty();
    }

    SortedTree<V> with(String key, V value) {
        if (root == null) {
            return new SortedTree<>(Node.of(key, value, null, null), 1);
        }
        return new SortedTree<>(root.with(key, value), get(key).isPresent() ? size : size + 1);
    }

    SortedTree<V> without(String key) {
        return get(key).isPresent() ? new SortedTree<>(root.without(key), size - 1) : this;
    }

    Optional<V> first() {
        return root == null ? Optional.empty() : Optional.of(root.first().value);
    }

    @Override
    public Iterator<Map.Entry<String, V>> iterator() {
        return from("");
    }

    /// What stands at `key` and after it.
    Iterator<Map.Entry<String, V>> from(String key) {
        ArrayDeque<Node<V>> path = new ArrayDeque<>();
        Node<V> at = root;
        while (at != null) {
            if (key.compareTo(at.key) <= 0) {
                path.push(at);
                at = at.left;
            } else {
                at = at.right;
            }
        }
        return new Walk<>(path);
    }

    /// Confined: goes on from the node on top of the path.
    private record Walk<V>(ArrayDeque<Node<V>> path) implements Iterator<Map.Entry<String, V>> {
        @Override
        public boolean hasNext() {
            return !path.isEmpty();
        }

        @Override
        public Map.Entry<String, V> next() {
            if (path.isEmpty()) {
                throw new NoSuchElementException();
            }
            Node<V> next = path.pop();
            for (Node<V> at = next.right; at != null; at = at.left) {
                path.push(at);
            }
            return Map.entry(next.key, next.value);
        }
    }
}
