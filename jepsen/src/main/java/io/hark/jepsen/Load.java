package io.hark.jepsen;

import java.util.List;

/// Value: what clients do during a run.
///
/// @param perSecond       messages of all publishers together, sent on time whether answered or not
/// @param publishers      connections that publish
/// @param restShare       of the messages, those that go over REST with an id of the client's: 0 to 1
/// @param channels        that messages go to, at random
/// @param subscribers     connections that are attached to one channel each
/// @param presenceClients connections that enter, update and leave
/// @param presenceChannels that they do it on, dealt out in turn
/// @param namespaces      prefixes of channel names, dealt out in turn
record Load(
        int perSecond,
        int publishers,
        double restShare,
        int channels,
        int subscribers,
        int presenceClients,
        int presenceChannels,
        List<String> namespaces) {
    static final List<String> PLAIN_AND_PERSISTED = List.of("", "persisted:");

    Load {
        namespaces = List.copyOf(namespaces);
    }

    /// 20 publishers, 200 channels, 400 subscribers.
    static Load full(int perSecond) {
        return new Load(perSecond, 20, 0.05, 200, 400, 20, 5, PLAIN_AND_PERSISTED);
    }

    /// What a machine carries that builds something else beside.
    static Load small(int perSecond) {
        return new Load(perSecond, 8, 0.05, 40, 80, 8, 2, PLAIN_AND_PERSISTED);
    }

    Load without(String namespace) {
        List<String> rest =
                namespaces.stream().filter(name -> !name.equals(namespace)).toList();
        return new Load(
                perSecond, publishers, restShare, channels, subscribers, presenceClients, presenceChannels, rest);
    }

    String channel(int number) {
        return number < channels
                ? namespaces.get(number % namespaces.size()) + "jepsen-" + number
                : "presence-" + (number - channels);
    }

    /// Channels with messages first, then those with presence only.
    int allChannels() {
        return channels + presenceChannels;
    }

    int channelNumber(String name) {
        int number = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
        return name.startsWith("presence-") ? channels + number : number;
    }

    int clients() {
        return subscribers + publishers + presenceClients;
    }
}
