package io.hark.frontend;

import io.hark.auth.Outcome;
import io.hark.channel.AttachFrom;
import io.hark.channel.OccupancyMetric;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: what an ATTACH asks for, from its params, its flags and the channel name's qualifier.
///
/// @param modes    asked for explicitly; empty for the defaults
/// @param delta    whether messages may come as differences to the ones before them
/// @param occupancy which numbers of its occupancy the client wants to be told; empty for none at all
/// @param objects  what of its objects the client wants to be told by messages, if anything
/// @param filter   which messages are wanted; empty for all
/// @param wholeAppends whether every append is to be told as the whole message
/// @param recognised the params that were understood, to be echoed
/// @param asked    all params of the ATTACH, understood or not
record ChannelOptions(
        Optional<Set<ChannelMode>> modes,
        Optional<AttachFrom> rewind,
        boolean echo,
        boolean delta,
        Optional<Set<OccupancyMetric>> occupancy,
        Optional<ObjectTelling.Wanted> objects,
        Optional<MessageFilter> filter,
        boolean wholeAppends,
        Map<String, String> recognised,
        Map<String, String> asked) {
    private static final Pattern COUNT = Pattern.compile("\\d{1,9}");
    private static final Pattern REWIND = Pattern.compile("(\\d{1,9})([sm]?)");
    private static final int REWIND_MESSAGES_MAX = 100;
    private static final AttachFrom LAST = new AttachFrom.LastMessages(1);
    private static final String METRICS = "metrics";

    /// A filtered channel knows no others.
    private static final Set<String> FILTERED_PARAMS = Set.of("modes", "echo");

    /// Whether it asks to be told what one needs `channel-metadata` for.
    boolean watches() {
        return occupancy.isPresent() || objects.isPresent();
    }

    /// Whether an ATTACH to the same channel asked for the same as this.
    boolean asksTheSame(ChannelOptions other) {
        return asked.equals(other.asked) && modes.equals(other.modes);
    }

    /// Where one begins that was not attached before.
    ///
    /// @param keepsLast whether the last publish is kept for longer than others
    AttachFrom begin(boolean keepsLast) {
        AttachFrom from = rewind.orElseGet(AttachFrom.Now::new);
        return keepsLast && from.equals(LAST) ? new AttachFrom.LastPublish() : from;
    }

    sealed interface Parsed {
        record Valid(ChannelOptions options) implements Parsed {}

        record Invalid(ErrorInfo error) implements Parsed {}
    }

    /// @param name   with params of its own, which count where `params` says nothing
    /// @param filterSteps what all filters of the loop may take
    static Parsed parse(ChannelName name, Map<String, String> params, int flags, WorkBudget filterSteps) {
        Optional<MessageFilter> filter = Optional.empty();
        if (name.qualifier().isPresent() && name.qualifier().get() instanceof ChannelName.Qualifier.Filter(var text)) {
            switch (MessageFilter.parse(text, filterSteps)) {
                case Outcome.Refused<MessageFilter>(ErrorInfo error) -> {
                    return new Parsed.Invalid(error);
                }
                case Outcome.Ok<MessageFilter>(MessageFilter valid) -> filter = Optional.of(valid);
            }
        }
        Map<String, String> all = new LinkedHashMap<>(name.params());
        all.putAll(params);
        if (filter.isPresent()) {
            all.keySet().retainAll(FILTERED_PARAMS);
        }
        Map<String, String> recognised = new LinkedHashMap<>();
        EnumSet<ChannelMode> flagModes = ChannelMode.fromFlags(flags);
        Optional<Set<ChannelMode>> modes = flagModes.isEmpty() ? Optional.empty() : Optional.of(flagModes);
        if (all.containsKey("modes")) {
            EnumSet<ChannelMode> named = EnumSet.noneOf(ChannelMode.class);
            for (String word : all.get("modes").split(",")) {
                Optional<ChannelMode> mode = ChannelMode.fromWord(word.strip());
                if (mode.isEmpty()) {
                    return new Parsed.Invalid(ErrorCode.INVALID_PARAMETER_VALUE.info(
                            "channel param modes: '%s' is not a mode".formatted(word)));
                }
                named.add(mode.get());
            }
            modes = Optional.of(named);
            recognised.put("modes", all.get("modes"));
        }
        Optional<AttachFrom> rewind = Optional.empty();
        if (all.containsKey("rewind")) {
            if (all.containsKey("rewindLimit")
                    && !COUNT.matcher(all.get("rewindLimit")).matches()) {
                return new Parsed.Invalid(ErrorCode.INVALID_PARAMETER_VALUE.info(
                        "channel param rewindLimit: '%s' is no number of messages".formatted(all.get("rewindLimit"))));
            }
            rewind = rewind(all.get("rewind"), limit(all.get("rewindLimit")));
            if (rewind.isEmpty()) {
                return new Parsed.Invalid(ErrorCode.INVALID_PARAMETER_VALUE.info(
                        "channel param rewind: '%s' is neither a number of messages nor an interval such as 30s or 2m"
                                .formatted(all.get("rewind"))));
            }
            recognised.put("rewind", all.get("rewind"));
            if (all.containsKey("rewindLimit")) {
                recognised.put("rewindLimit", all.get("rewindLimit"));
            }
        }
        boolean echo = !"false".equals(all.get("echo"));
        if (all.containsKey("echo")) {
            recognised.put("echo", all.get("echo"));
        }
        boolean delta = DeltaCoder.FORMAT.equals(all.get("delta"));
        if (delta) {
            recognised.put("delta", DeltaCoder.FORMAT);
        }
        Optional<Set<OccupancyMetric>> occupancy = Optional.empty();
        if (all.containsKey("occupancy")) {
            occupancy = occupancy(all.get("occupancy"));
            if (occupancy.isEmpty()) {
                return new Parsed.Invalid(ErrorCode.INVALID_PARAMETER_VALUE.info(
                        "channel param occupancy: '%s' is neither metrics nor metrics.<name>, as metrics.subscribers"
                                .formatted(all.get("occupancy"))));
            }
            recognised.put("occupancy", all.get("occupancy"));
        }
        Optional<ObjectTelling.Wanted> objects = Optional.empty();
        if (all.containsKey("objects")) {
            objects = ObjectTelling.Wanted.fromWord(all.get("objects"));
            if (objects.isEmpty()) {
                return new Parsed.Invalid(ErrorCode.INVALID_PARAMETER_VALUE.info(
                        "channel param objects: '%s' is neither objects nor notification"
                                .formatted(all.get("objects"))));
            }
            recognised.put("objects", all.get("objects"));
        }
        boolean fullAppends = "full".equals(all.get("appendMode"));
        if (fullAppends) {
            recognised.put("appendMode", all.get("appendMode"));
        }
        boolean wholeAppends = fullAppends || filter.isPresent(); // An expression is about the message, not a part.
        return new Parsed.Valid(new ChannelOptions(
                modes, rewind, echo, delta, occupancy, objects, filter, wholeAppends, recognised, params));
    }

    private static Optional<Set<OccupancyMetric>> occupancy(String text) {
        EnumSet<OccupancyMetric> wanted = EnumSet.noneOf(OccupancyMetric.class);
        for (String part : text.split(",")) {
            String word = part.strip();
            if (word.equals(METRICS)) {
                wanted.addAll(OccupancyMetric.ALL);
                continue;
            }
            Optional<OccupancyMetric> metric = word.startsWith(METRICS + '.')
                    ? OccupancyMetric.fromWord(word.substring(METRICS.length() + 1))
                    : Optional.empty();
            if (metric.isEmpty()) {
                return Optional.empty();
            }
            wanted.add(metric.get());
        }
        return Optional.of(wanted);
    }

    private static int limit(String text) {
        return text == null ? REWIND_MESSAGES_MAX : Math.min(REWIND_MESSAGES_MAX, Integer.parseInt(text));
    }

    static Optional<AttachFrom> rewind(String text, int messagesMax) {
        Matcher matcher = REWIND.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int number = Integer.parseInt(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> new AttachFrom.LastInterval(Duration.ofSeconds(number), messagesMax);
                    case "m" -> new AttachFrom.LastInterval(Duration.ofMinutes(number), messagesMax);
                    default -> new AttachFrom.LastMessages(Math.min(number, messagesMax));
                });
    }
}
