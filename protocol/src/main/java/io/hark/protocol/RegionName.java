package io.hark.protocol;

/// What a region's name may be. It stands inside serials, so it has none of their separators.
final class RegionName {
    static final int LENGTH_MAX = 16;

    private RegionName() {}

    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    static void require(String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("a region name is 1 to 16 of a-z0-9, not '" + name + "'");
        }
    }
}
