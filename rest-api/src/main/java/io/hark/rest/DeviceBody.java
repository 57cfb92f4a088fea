package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.push.Device;
import io.hark.push.PushRefusal;
import io.hark.push.Recipient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: what a request says of a device. What it does not say, or says null of, is empty.
///
/// @param recipient checked
record DeviceBody(
        Optional<String> id,
        Optional<String> clientId,
        Optional<String> platform,
        Optional<String> formFactor,
        Optional<Map<String, Object>> metadata,
        Optional<String> secret,
        Optional<Map<String, Object>> recipient,
        Optional<String> state) {
    /// Characters of ids and secrets.
    static final int TEXT_CHARS_MAX = 512;

    private static final int METADATA_CHARS_MAX = 4_096;

    static DeviceBody of(Map<String, Object> body) throws Refusal {
        Map<String, Object> push = object(body, "push").orElse(Map.of());
        Optional<Map<String, Object>> metadata = object(body, "metadata");
        if (metadata.isPresent() && metadata.get().toString().length() > METADATA_CHARS_MAX) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "metadata of a device must not be longer than %d characters".formatted(METADATA_CHARS_MAX));
        }
        return new DeviceBody(
                text(body, "id"),
                text(body, "clientId"),
                oneOf(body, "platform", Device.PLATFORMS),
                oneOf(body, "formFactor", Device.FORM_FACTORS),
                metadata,
                text(body, "deviceSecret"),
                recipient(push.get("recipient")),
                text(push, "state"));
    }

    private static Optional<Map<String, Object>> recipient(Object value) throws Refusal {
        try {
            return value == null ? Optional.empty() : Optional.of(Recipient.check(value));
        } catch (PushRefusal refusal) {
            throw new Refusal(ErrorCode.BAD_REQUEST, refusal.getMessage());
        }
    }

    private static Optional<Map<String, Object>> object(Map<String, Object> tree, String name) throws Refusal {
        Object value = tree.get(name);
        return value == null
                ? Optional.empty()
                : Optional.of(new LinkedHashMap<>(Bodies.asObject(value, name + " of a device")));
    }

    /// A name for rows: one that is as long as it may be, and has no NUL.
    static Optional<String> text(Map<String, Object> tree, String name) throws Refusal {
        Object value = tree.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)
                || text.isEmpty()
                || text.length() > TEXT_CHARS_MAX
                || text.indexOf('\0') >= 0) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST, "%s must be a string of 1 to %d characters".formatted(name, TEXT_CHARS_MAX));
        }
        return Optional.of(text);
    }

    private static Optional<String> oneOf(Map<String, Object> tree, String name, List<String> words) throws Refusal {
        Optional<String> word = text(tree, name);
        if (word.isPresent() && !words.contains(word.get())) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "%s must be one of %s, was '%s'".formatted(name, String.join(", ", words), word.get()));
        }
        return word;
    }

    /// A device that was not there before.
    Device toDevice(String deviceId) throws Refusal {
        return new Device(
                deviceId,
                clientId,
                required("platform", platform),
                required("formFactor", formFactor),
                metadata.orElse(Map.of()),
                secret,
                required("push.recipient", recipient),
                Device.State.ACTIVE,
                Optional.empty(),
                0);
    }

    DeviceBody withClientId(Optional<String> own) {
        return new DeviceBody(id, own, platform, formFactor, metadata, secret, recipient, state);
    }

    /// @throws Refusal when it says to be another device
    DeviceBody onlyIf(String deviceId) throws Refusal {
        permit("id", id, deviceId);
        return this;
    }

    private static <T> T required(String name, Optional<T> value) throws Refusal {
        return value.orElseThrow(() -> new Refusal(ErrorCode.BAD_REQUEST, name + " of a device is missing"));
    }

    /// What becomes of a device that is there.
    ///
    /// @param whole whether what is not said is to go, as in PUT
    /// @throws Refusal 40100 for a change that nobody can make
    Device onto(Device before, boolean whole) throws Refusal {
        permit("id", id, before.id());
        permit("platform", platform, before.platform());
        permit("formFactor", formFactor, before.formFactor());
        permit("push.state", state, before.state().name());
        if (secret.isPresent() && before.secret().isPresent()) {
            permit("deviceSecret", secret, before.secret().get());
        }
        Map<String, Object> next = recipient.orElse(before.recipient());
        boolean moved = !next.equals(before.recipient());
        return new Device(
                before.id(),
                whole ? clientId : clientId.or(before::clientId),
                before.platform(),
                before.formFactor(),
                whole ? metadata.orElse(Map.of()) : metadata.orElse(before.metadata()),
                before.secret().or(() -> secret),
                next,
                moved ? Device.State.ACTIVE : before.state(),
                moved ? Optional.empty() : before.error(),
                before.tokensFromMillis());
    }

    private static void permit(String name, Optional<String> said, String stored) throws Refusal {
        if (said.isPresent() && !said.get().equals(stored)) {
            throw notPermitted(name);
        }
    }

    static Refusal notPermitted(String name) {
        return new Refusal(
                ErrorCode.UNAUTHORIZED,
                "Non-permitted property %s: it cannot be changed by this request".formatted(name));
    }

    /// Without its secret, and what it is reached by.
    @Override
    public String toString() {
        return "DeviceBody[%s, %s]".formatted(id.orElse("no id"), clientId.orElse("anonymous"));
    }
}
