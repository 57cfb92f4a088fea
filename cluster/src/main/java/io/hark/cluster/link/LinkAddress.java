package io.hark.cluster.link;

/// Value: where a node listens, as `host:port`; an IPv6 address stands in brackets.
record LinkAddress(String host, int port) {
    static LinkAddress of(String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(colon, 0));
            int port = Integer.parseInt(text.substring(colon + 1));
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            String bare = bracketed ? host.substring(1, host.length() - 1) : host;
            if (!bare.isEmpty() && (bracketed || bare.indexOf(':') < 0) && port >= 0 && port < 1 << 16) {
                return new LinkAddress(bare, port);
            }
        } catch (NumberFormatException e) {
            throw malformed(text, e);
        }
        throw malformed(text, null);
    }

    private static IllegalArgumentException malformed(String text, NumberFormatException cause) {
        return new IllegalArgumentException("an address must be host:port, was '%s'".formatted(text), cause);
    }
}
