package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ably.lib.push.PushBase.Admin;
import io.ably.lib.push.PushBase.ChannelSubscription;
import io.ably.lib.realtime.Channel;
import io.ably.lib.rest.AblyRest;
import io.ably.lib.rest.DeviceDetails;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.Message;
import io.ably.lib.types.MessageExtras;
import io.ably.lib.types.Param;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import io.hark.launcher.interop.PushServices.Answer;
import io.hark.launcher.interop.PushServices.Request;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Push administration by `ably-java`, and what services for devices are sent. The services are
/// stand-ins on loopback.
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PushInteropTest {
    private static final String KEY_SECRET = "a-secret-of-the-key-of-the-app";
    private static final String KEY = "pushed.first:" + KEY_SECRET;

    @TempDir
    static Path dir;

    private static PushServices services;
    private static Node node;

    @BeforeAll
    static void start() throws Exception {
        services = new PushServices();
        node = Node.start(config("data"));
    }

    @AfterAll
    static void stop() {
        node.close();
        services.close();
    }

    private static NodeConfig config(String data) throws Exception {
        Path file = Files.writeString(
                dir.resolve(data + ".yaml"), """
                    dev: true
                    listen: {port: 0}
                    data: %s
                    apps:
                      - id: pushed
                        namespaces: [{id: pushenabled, pushEnabled: true}]
                        keys: [{id: first, secret: %s, capability: {"[*]*": ["*"]}}]
                    %s\
                    """.formatted(dir.resolve(data), KEY_SECRET, services.configuration(dir)));
        return NodeConfig.read(file, Map.of());
    }

    private static Admin admin(int port, boolean binary) throws AblyException {
        try (JavaClients clients = new JavaClients(port, binary)) {
            AblyRest rest = clients.rest(KEY);
            return rest.push.admin;
        }
    }

    private static Admin admin() throws AblyException {
        return admin(node.port(), true);
    }

    private static DeviceDetails device(JsonObject recipient) {
        DeviceDetails device = new DeviceDetails();
        device.id = "device-" + UUID.randomUUID();
        device.platform = "ios";
        device.formFactor = "phone";
        device.push = new DeviceDetails.Push();
        device.push.recipient = recipient;
        return device;
    }

    private static Param[] pageOf(String channel) {
        return new Param[] {new Param("channel", channel), new Param("limit", 1)};
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static final String PAYLOAD = "{\"notification\":{\"title\":\"hello\",\"ttl\":60},\"data\":{\"n\":\"1\"}}";

    private static DeviceDetails saved(String recipient) throws AblyException {
        return admin().deviceRegistrations.save(device(json(recipient)));
    }

    private static void push(DeviceDetails device) throws AblyException {
        admin().publish(new Param[] {new Param("deviceId", device.id)}, json(PAYLOAD));
    }

    private static void awaitState(DeviceDetails device, String state, int code) throws Exception {
        eventually("device " + state, () -> {
            try {
                return admin().deviceRegistrations
                        .get(device.id)
                        .push
                        .state
                        .name()
                        .equals(state);
            } catch (AblyException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(admin().deviceRegistrations.get(device.id).push.errorReason.code)
                .isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void devicesAndSubscriptionsAreKeptAndFoundByTheSdk(boolean binary) throws Exception {
        Admin admin = admin(node.port(), binary);
        String clientId = "client-" + UUID.randomUUID();
        DeviceDetails device = device(json("{\"transportType\":\"gcm\",\"registrationToken\":\"abc\"}"));
        device.clientId = clientId;
        DeviceDetails saved = admin.deviceRegistrations.save(device);
        assertThat(saved.id).isEqualTo(device.id);
        assertThat(admin.deviceRegistrations.get(device.id).push.recipient).isEqualTo(device.push.recipient);
        assertThat(admin.deviceRegistrations
                        .list(new Param[] {new Param("clientId", clientId)})
                        .items())
                .extracting(each -> each.id)
                .containsExactly(device.id);

        String channel = "pushenabled:" + UUID.randomUUID();
        ChannelSubscription mine = ChannelSubscription.forDevice(channel, device.id);
        ChannelSubscription whole = ChannelSubscription.forClientId(channel, clientId);
        assertThat(admin.channelSubscriptions.save(mine)).isEqualTo(mine);
        assertThat(admin.channelSubscriptions.save(whole)).isEqualTo(whole);
        var page = admin.channelSubscriptions.list(pageOf(channel));
        assertThat(page.hasNext()).isTrue();
        assertThat(List.of(page.items()[0], page.next().items()[0])).containsExactlyInAnyOrder(mine, whole);
        assertThat(admin.channelSubscriptions.listChannels(new Param[0]).items())
                .contains(channel);
        assertThatThrownBy(
                        () -> admin.channelSubscriptions.save(ChannelSubscription.forClientId("elsewhere:a", clientId)))
                .isInstanceOfSatisfying(AblyException.class, e -> {
                    assertThat(e.errorInfo.statusCode).isEqualTo(401);
                    assertThat(e.errorInfo.message).contains("not enabled");
                });
        admin.channelSubscriptions.remove(whole);
        admin.deviceRegistrations.remove(device);
        assertThat(admin.channelSubscriptions.list(pageOf(channel)).items()).isEmpty();
        assertThatThrownBy(() -> admin.deviceRegistrations.get(device.id))
                .isInstanceOfSatisfying(
                        AblyException.class,
                        e -> assertThat(e.errorInfo.message).contains("not found"));
    }

    @Test
    void aChannelOfTheNodeIsToldWhatTheSdkPublishes() throws Exception {
        try (JavaClients clients = new JavaClients(node.port(), true)) {
            String name = "inbox-" + UUID.randomUUID();
            List<Message> received = new CopyOnWriteArrayList<>();
            Channel channel = clients.connected(KEY).channels.get(name);
            channel.subscribe(received::add);
            eventually("attached", () -> channel.state.name().equals("attached"));
            admin().publish(
                            new Param[] {
                                new Param("transportType", "ablyChannel"),
                                new Param("channel", name),
                                new Param("ablyKey", KEY),
                                new Param("ablyUrl", "http://localhost:" + node.port())
                            },
                            json("{\"notification\":{},\"data\":{\"foo\":\"bar\"}}"));
            eventually("a notification", () -> received.size() == 1);
            assertThat(received.getFirst().name).isEqualTo("__ably_push__");
            assertThat(received.getFirst().data)
                    .isEqualTo("{\"data\":{\"foo\":\"bar\"},\"notification\":{\"body\":null,\"collapseKey\":null,"
                            + "\"icon\":null,\"sound\":null,\"title\":null,\"ttl\":null}}");
        }
    }

    @Test
    void fcmIsSentAMessageByAServiceAccountThatProvesItself() throws Exception {
        DeviceDetails device = saved("{\"transportType\":\"fcm\",\"registrationToken\":\"android-token\"}");
        String path = "/v1/projects/project/messages:send";
        push(device);
        eventually("a request to FCM", () -> !services.at(path).isEmpty());

        Request sent = services.at(path).getFirst();
        assertThat(sent.headers()).containsEntry("Authorization", "Bearer " + PushServices.ACCESS_TOKEN);
        assertThat(json(sent.text()))
                .isEqualTo(json("{\"message\":{\"token\":\"android-token\",\"notification\":{\"title\":\"hello\"},"
                        + "\"data\":{\"n\":\"1\"},\"android\":{\"ttl\":\"60s\"}}}"));
        String assertion = services.at("/token").getFirst().text().replaceAll(".*assertion=", "");
        assertThat(verifies(assertion, "SHA256withRSA", services.account.getPublic()))
                .isTrue();
        assertThat(claims(assertion).get("iss").getAsString()).isEqualTo("hark@example.com");

        services.answers.put(path, new Answer(404, "{\"error\":{\"status\":\"NOT_FOUND\"}}"));
        push(device);
        awaitState(device, "FAILED", 41001);
        services.answers.remove(path);
    }

    @Test
    void apnsIsSentANotificationByTheTeamsKey() throws Exception {
        DeviceDetails device = saved("{\"transportType\":\"apns\",\"deviceToken\":\"0a1b\"}");
        push(device);
        eventually("a request to APNs", () -> !services.at("/3/device/0a1b").isEmpty());

        Request sent = services.at("/3/device/0a1b").getFirst();
        assertThat(json(sent.text())).isEqualTo(json("{\"n\":\"1\",\"aps\":{\"alert\":{\"title\":\"hello\"}}}"));
        assertThat(sent.headers())
                .containsEntry("apns-topic", "com.example.app")
                .containsEntry("apns-push-type", "alert");
        String token = sent.headers().get("authorization").substring("bearer ".length());
        assertThat(verifies(token, "SHA256withECDSAinP1363Format", services.apple.getPublic()))
                .isTrue();
        assertThat(claims(token).get("iss").getAsString()).isEqualTo("TEAM");

        services.answers.put("/3/device/0a1b", new Answer(410, "{\"reason\":\"Unregistered\"}"));
        push(device);
        awaitState(device, "FAILED", 41001);
    }

    @Test
    void aBrowsersPushServiceIsSentWhatOnlyTheBrowserCanRead() throws Exception {
        KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(new ECGenParameterSpec("secp256r1"));
        ECPublicKey browser = (ECPublicKey) curve.generateKeyPair().getPublic();
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        JsonObject recipient = new JsonObject();
        recipient.addProperty("transportType", "web");
        recipient.addProperty(
                "targetUrl",
                Base64.getEncoder().encodeToString((services.url() + "/wp/1").getBytes(StandardCharsets.UTF_8)));
        recipient.addProperty("publicVapidKey", "unused");
        JsonObject keys = new JsonObject();
        keys.addProperty("p256dh", base64.encodeToString(point(browser)));
        keys.addProperty("auth", base64.encodeToString(new byte[16]));
        recipient.add("encryptionKey", keys);
        DeviceDetails details = device(recipient);
        details.platform = "browser";
        DeviceDetails device = admin().deviceRegistrations.save(details);
        push(device);
        eventually("a request to the push service", () -> !services.at("/wp/1").isEmpty());

        Request sent = services.at("/wp/1").getFirst();
        assertThat(sent.headers())
                .containsEntry("Content-Encoding", "aes128gcm")
                .containsEntry("TTL", "60");
        assertThat(ByteBuffer.wrap(sent.body()).getInt(16)).isEqualTo(4096);
        assertThat(sent.text()).doesNotContain("hello");
        String[] vapid = sent.headers().get("Authorization").split("[ ,]+");
        String token = vapid[1].substring("t=".length());
        assertThat(verifies(token, "SHA256withECDSAinP1363Format", key(vapid[2].substring("k=".length()))))
                .isTrue();
        assertThat(claims(token).get("aud").getAsString()).isEqualTo(services.url());

        services.answers.put("/wp/1", new Answer(503, ""));
        push(device);
        eventually("a second attempt", () -> services.at("/wp/1").size() >= 3);
        services.answers.put("/wp/1", new Answer(410, ""));
        awaitState(device, "FAILED", 41001);
    }

    @Test
    void whatIsKeptIsThereAfterARestart() throws Exception {
        NodeConfig config = config("restarted");
        DeviceDetails device = device(json("{\"transportType\":\"apns\",\"deviceToken\":\"0a1c\"}"));
        String channel = "pushenabled:" + UUID.randomUUID();
        try (Node first = Node.start(config)) {
            Admin admin = admin(first.port(), true);
            admin.deviceRegistrations.save(device);
            admin.channelSubscriptions.save(ChannelSubscription.forDevice(channel, device.id));
        }
        try (Node second = Node.start(config);
                JavaClients clients = new JavaClients(second.port(), true)) {
            assertThat(admin(second.port(), true).deviceRegistrations.get(device.id).id)
                    .isEqualTo(device.id);
            Message message = new Message("a", "b");
            message.extras = new MessageExtras(json("{\"push\":" + PAYLOAD + "}"));
            clients.rest(KEY).channels.get(channel).publish(new Message[] {message});
            eventually("a request to APNs", () -> services.at("/3/device/0a1c").size() == 1);
        }
    }

    private static JsonObject claims(String token) {
        return json(new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8));
    }

    private static boolean verifies(String token, String algorithm, PublicKey key) throws Exception {
        int dot = token.lastIndexOf('.');
        Signature signature = Signature.getInstance(algorithm);
        signature.initVerify(key);
        signature.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)));
    }

    private static byte[] point(ECPublicKey key) {
        byte[] point = new byte[65];
        point[0] = 4;
        coordinate(key.getW().getAffineX(), point, 33);
        coordinate(key.getW().getAffineY(), point, 65);
        return point;
    }

    private static void coordinate(BigInteger value, byte[] point, int end) {
        byte[] bytes = value.toByteArray();
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, point, end - length, length);
    }

    private static PublicKey key(String base64) throws Exception {
        byte[] point = Base64.getUrlDecoder().decode(base64);
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(
                        new ECPoint(
                                new BigInteger(1, Arrays.copyOfRange(point, 1, 33)),
                                new BigInteger(1, Arrays.copyOfRange(point, 33, 65))),
                        parameters.getParameterSpec(ECParameterSpec.class)));
    }
}
