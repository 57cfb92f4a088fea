package io.hark.auth;

import io.hark.protocol.MalformedFrame;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Apps as JSON trees: how they are stored, and the parts that provisioning requests and responses spell alike.
final class AppTrees {
    static final int KEYS_MAX = 100;
    static final int NAMESPACES_MAX = 100;
    static final int CHANNELS_MAX = 100;
    static final int MEMBERS_MAX = 1_000;

    private AppTrees() {}

    static Map<String, Object> stored(ProvisionedApp provisioned) {
        App app = provisioned.app();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", app.id());
        tree.put("created", provisioned.created().toEpochMilli());
        tree.put("enabled", app.enabled());
        tree.put("tlsOnly", app.tlsOnly());
        tree.put("keys", app.keys().stream().map(AppTrees::storedKey).toList());
        tree.put("namespaces", namespaces(app));
        tree.put(
                "channels",
                provisioned.channels().stream().map(AppTrees::channel).toList());
        provisioned.labels().ifPresent(labels -> tree.put("labels", labels.tree()));
        app.presenceMembersMax().ifPresent(max -> tree.put("limits", Map.of("presence", Map.of("maxMembers", max))));
        return tree;
    }

    private static Map<String, Object> storedKey(ApiKey key) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", key.keyId());
        tree.put("secret", key.secret());
        tree.put("capability", key.capability().canonical());
        tree.put("revocableTokens", key.revocableTokens());
        tree.put("enabled", key.enabled());
        return tree;
    }

    static ProvisionedApp fromStored(Tree tree) throws MalformedFrame {
        String appId = tree.requiredText("id");
        if (!KeyName.isId(appId)) {
            throw tree.malformedMember("id", KeyName.ID_FORM);
        }
        List<ApiKey> keys = new ArrayList<>();
        for (Tree key : tree.trees("keys", KEYS_MAX)) {
            keys.add(readKey(appId, key));
        }
        App app = new App(
                appId,
                tree.flag("enabled", true),
                tree.flag("tlsOnly", false),
                keys,
                readNamespaces(tree),
                readPresenceMembersMax(tree));
        OptionalLong created = tree.count("created");
        Optional<Tree> labels = tree.tree("labels");
        return new ProvisionedApp(
                app,
                readChannels(tree),
                Instant.ofEpochMilli(created.orElse(0)),
                labels.isEmpty() ? Optional.empty() : Optional.of(AppLabels.read(labels.get())));
    }

    private static ApiKey readKey(String appId, Tree key) throws MalformedFrame {
        String keyId = key.requiredText("id");
        if (!KeyName.isId(keyId)) {
            throw key.malformedMember("id", KeyName.ID_FORM);
        }
        return new ApiKey(
                appId,
                keyId,
                key.requiredText("secret"),
                readCapability(key),
                key.flag("revocableTokens", false),
                key.flag("enabled", true));
    }

    static Capability readCapability(Tree key) throws MalformedFrame {
        String text = key.text("capability").orElse("");
        return switch (text.isEmpty() ? Outcome.ok(Capability.DEFAULT) : Capability.parse(text)) {
            case Outcome.Ok<Capability>(var capability) -> capability;
            case Outcome.Refused<Capability>(var error) -> throw new MalformedFrame(error);
        };
    }

    static OptionalInt readPresenceMembersMax(Tree tree) throws MalformedFrame {
        var limits = tree.tree("limits");
        var presence = limits.isEmpty() ? limits : limits.get().tree("presence");
        OptionalLong max =
                presence.isEmpty() ? OptionalLong.empty() : presence.get().count("maxMembers");
        return max.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) Math.min(max.getAsLong(), Integer.MAX_VALUE));
    }

    static Map<String, Namespace> readNamespaces(Tree tree) throws MalformedFrame {
        Map<String, Namespace> namespaces = new LinkedHashMap<>();
        for (Tree rules : tree.trees("namespaces", NAMESPACES_MAX)) {
            String id = rules.requiredText("id");
            Namespace defaults = Namespace.unconfigured(id);
            namespaces.put(
                    id,
                    new Namespace(
                            id,
                            rules.flag("persisted", defaults.persisted()),
                            rules.flag("persistLast", defaults.persistLast()),
                            rules.flag("authenticated", defaults.identified()),
                            rules.flag("tlsOnly", defaults.tlsOnly()),
                            rules.flag("mutableMessages", defaults.mutableMessages()),
                            rules.flag("pushEnabled", defaults.pushEnabled()),
                            DeliveryTrees.read(rules),
                            rules.flag("exposeTimeserial", false),
                            rules.flag("populateChannelRegistry", false)));
        }
        return namespaces;
    }

    static List<Map<String, Object>> namespaces(App app) {
        return app.namespaces().values().stream().map(AppTrees::namespace).toList();
    }

    static Map<String, Object> namespace(Namespace rules) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", rules.id());
        tree.put("persisted", rules.persisted());
        tree.put("persistLast", rules.persistLast());
        tree.put("authenticated", rules.identified());
        tree.put("tlsOnly", rules.tlsOnly());
        tree.put("mutableMessages", rules.mutableMessages());
        tree.put("pushEnabled", rules.pushEnabled());
        DeliveryTrees.write(rules.delivery(), tree);
        tree.put("exposeTimeserial", rules.exposeTimeserial());
        tree.put("populateChannelRegistry", rules.populateChannelRegistry());
        return tree;
    }

    static List<ChannelFixture> readChannels(Tree tree) throws MalformedFrame {
        List<ChannelFixture> channels = new ArrayList<>();
        for (Tree channel : tree.trees("channels", CHANNELS_MAX)) {
            List<ChannelFixture.Member> members = new ArrayList<>();
            for (Tree member : channel.trees("presence", MEMBERS_MAX)) {
                members.add(new ChannelFixture.Member(
                        member.requiredText("clientId"), member.text("data"), member.text("encoding")));
            }
            channels.add(new ChannelFixture(channel.requiredText("name"), members));
        }
        return channels;
    }

    static Map<String, Object> channel(ChannelFixture channel) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", channel.name());
        tree.put("presence", channel.members().stream().map(AppTrees::member).toList());
        return tree;
    }

    private static Map<String, Object> member(ChannelFixture.Member member) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("clientId", member.clientId());
        member.data().ifPresent(data -> tree.put("data", data));
        member.encoding().ifPresent(encoding -> tree.put("encoding", encoding));
        return tree;
    }
}
