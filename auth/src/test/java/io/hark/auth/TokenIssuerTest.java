package io.hark.auth;

import static io.hark.auth.Fixtures.DIRECTORY;
import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.NARROW;
import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.REVOCABLE;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.STRICT;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.error;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.hmac;
import static io.hark.auth.Fixtures.jwt;
import static io.hark.auth.Fixtures.present;
import static io.hark.auth.Fixtures.tree;
import static io.hark.auth.Fixtures.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenIssuerTest {
    private static final Credentials BASIC = new Credentials.Basic(KEY.text());
    private static final long MILLIS = NOW.toEpochMilli();

    private final TokenIssuer issuer = new TokenIssuer(DIRECTORY, STRICT, SIGNER);
    private int nonces;

    // The vectors were computed with another implementation of HMAC.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "secret | {'keyName':'app.key','timestamp':1700000000000,'nonce':'0123456789abcdef'} |"
                        + " tM2Tn5ptqwlGlxAd1IHtWzGXxTUCFRGo72uFp3H5UIY=",
                "secret |"
                    + " {'keyName':'app.key','timestamp':'1700000000000','nonce':'0123456789abcdef','ttl':0,'clientId':null,'capability':''}"
                    + " | tM2Tn5ptqwlGlxAd1IHtWzGXxTUCFRGo72uFp3H5UIY=",
                "secret | {'keyName':'app.key','timestamp':1.7e12,'nonce':'0123456789abcdef','ttl':'0'} |"
                        + " tM2Tn5ptqwlGlxAd1IHtWzGXxTUCFRGo72uFp3H5UIY=",
                "sécret-ключ |"
                    + " {'keyName':'app.key','timestamp':1700000000000,'nonce':'0123456789abcdef','ttl':5000,'capability':'{\"*\":[\"subscribe\"]}','clientId':'a"
                    + " client, ünïcode'} | GO9NAbkZf+PM6cDsVZDkVK7oZyVh6M4inTnJZvJT+K0=",
                "secret | {'keyName':'app.key','timestamp':1700000000000,'nonce':'0123456789abcdef','ttl':-1} |"
                        + " DVyjcIOTfVfVudUN9k9VChJAF3eFtjsnxzwbpNwRRxM=",
                "secret | {'keyName':'app.key','timestamp':1700000000000,'nonce':'0123456789abcdef','clientId':'*'} |"
                        + " ccMKTLAjm2/QZQ+E8akp13aBo4MegIg+0lda1tHjmpQ=",
            })
    void theMacIsMadeOfSixLines(String secret, String json, String mac) {
        // Single quotes stand for double ones but inside the capability, where those are escaped.
        Map<?, ?> body =
                Json.object(json.replace("\"", "\\\"").replace('\'', '"')).orElseThrow();
        Map<String, Object> members = new LinkedHashMap<>();
        body.forEach((name, value) -> members.put((String) name, value));
        String capability = members.get("capability") instanceof String text ? text : "";
        assertThat(Base64.getEncoder().encodeToString(hmac(secret, TokenIssuer.signedText(members, capability))))
                .isEqualTo(mac);
    }

    @Test
    void aSignedRequestGetsATokenThatSaysWhatWasAskedFor() {
        var body = signed(KEY, "ttl", 5000L, "capability", "{\"a\":[\"publish\"]}", "clientId", "a client");
        TokenDetails details = value(request(KEY, body));
        assertThat(details)
                .returns("app.key", TokenDetails::keyName)
                .returns(NOW, TokenDetails::issued)
                .returns(NOW.plusMillis(5000), TokenDetails::expires)
                .returns("{\"a\":[\"publish\"]}", TokenDetails::capability)
                .returns(Optional.of("a client"), TokenDetails::clientId);
        assertThat(details.toTree())
                .containsExactly(
                        Map.entry("token", details.token()),
                        Map.entry("keyName", "app.key"),
                        Map.entry("issued", MILLIS),
                        Map.entry("expires", MILLIS + 5000),
                        Map.entry("capability", "{\"a\":[\"publish\"]}"),
                        Map.entry("clientId", "a client"));
        Grant grant = granted(present(details.token()));
        assertThat(grant.clientId()).contains("a client");
        assertThat(grant.capability().canonical()).isEqualTo(details.capability());
        assertThat(grant.expires()).contains(details.expires());
        assertThat(details.toString()).doesNotContain(details.token());
    }

    @Test
    void whatIsNotAskedForHasItsDefault() {
        TokenDetails details = value(request(NARROW, signed(NARROW)));
        assertThat(details.expires()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(details.capability()).isEqualTo(NARROW.capability().canonical());
        assertThat(details.toTree()).doesNotContainKey("clientId");
        assertThat(value(request(NARROW, signed(NARROW, "capability", "", "clientId", null, "ttl", 0L)))
                        .capability())
                .isEqualTo(NARROW.capability().canonical());
    }

    @Test
    void timesAreWholeMillisecondsSoThatTheirDifferenceIsTheLifetime() {
        TokenDetails details = value(issuer.requestToken(
                "app.key", signed(KEY, "ttl", 1000L), new Credentials.None(), true, NOW.plusNanos(999_999)));
        assertThat(details.issued()).isEqualTo(NOW);
        assertThat(details.expires()).isEqualTo(NOW.plusMillis(1000));
    }

    @Test
    void numbersMayBeDecimalStringsAndUnknownMembersAreIgnored() {
        var body = signed(KEY, "timestamp", Long.toString(MILLIS), "ttl", "5000");
        body.put("anything", List.of());
        assertThat(value(request(KEY, body)).expires()).isEqualTo(NOW.plusMillis(5000));
    }

    @Test
    void aCapabilityMayBeSignedInItsCanonicalForm() {
        var body = signed(KEY, "capability", "{\"a\":[\"publish\",\"subscribe\"]}");
        body.put("capability", "{ \"a\": [\"subscribe\", \"publish\"] }");
        assertThat(value(request(KEY, body)).capability()).isEqualTo("{\"a\":[\"publish\",\"subscribe\"]}");
    }

    @Test
    void credentialsHaveNoEffectOnASignedRequest() {
        for (Credentials credentials : List.of(
                new Credentials.None(),
                new Credentials.Malformed("?"),
                new Credentials.Token("app.expired"),
                new Credentials.Basic(NARROW.text()))) {
            assertThat(issuer.requestToken("app.key", signed(KEY), credentials, false, NOW))
                    .isInstanceOf(Outcome.Ok.class);
        }
    }

    @Test
    void anUnsignedRequestNeedsItsOwnKey() {
        Map<String, Object> body = tree("keyName", "app.key", "timestamp", MILLIS);
        assertThat(unsigned(body, BASIC)).isInstanceOf(Outcome.Ok.class);
        assertError(error(unsigned(body, new Credentials.None())), 401, 40101);
        assertError(error(unsigned(body, new Credentials.Basic("app.key:wrong"))), 401, 40101);
        assertError(error(unsigned(body, new Credentials.Basic(NARROW.text()))), 401, 40101);
        assertError(error(unsigned(body, new Credentials.Token(jwt(KEY, "")))), 401, 40162);
        assertError(error(issuer.requestToken("app.key", body, BASIC, false, NOW)), 401, 40103);
    }

    @ParameterizedTest
    @CsvSource({
        "app.unknown, 404, 40400",
        "unknown.key, 404, 40400",
        "nonsense, 404, 40400",
        "'', 404, 40400",
        "off.key, 401, 40120",
        "app.revoked, 401, 40131",
        "app.narrow, 401, 40101",
    })
    void theKeyInTheUrlHasToBeThereAndBeTheSigner(String keyName, int status, int code) {
        assertError(error(issuer.requestToken(keyName, signed(KEY), BASIC, true, NOW)), status, code);
    }

    @Test
    void aWrongMacIsRefusedWith40101() {
        for (Object mac : new Object[] {"", "x", 7L, Base64.getEncoder().encodeToString(new byte[32])}) {
            var body = signed(KEY);
            body.put("mac", mac);
            assertError(error(request(KEY, body)), 401, 40101);
        }
        for (String member : List.of("ttl", "capability", "clientId", "nonce")) {
            var body = signed(KEY);
            body.put(member, "9");
            assertError(error(request(KEY, body)), 401, 40101);
        }
    }

    @Test
    void aTimestampMustBeWithinTwoMinutes() {
        for (long offset : new long[] {-120_000, 120_000}) {
            assertThat(request(KEY, signed(KEY, "timestamp", MILLIS + offset))).isInstanceOf(Outcome.Ok.class);
        }
        for (Object timestamp :
                new Object[] {MILLIS - 120_001, MILLIS + 120_001, 0L, "", "soon", null, Long.MIN_VALUE, 1.5}) {
            var error = error(request(KEY, signed(KEY, "timestamp", timestamp)));
            assertError(error, 401, 40104);
            assertThat(error.message()).contains("Timestamp not current");
        }
    }

    @Test
    void aNonceCanBeUsedOnceWithinTheWindow() {
        var body = signed(KEY, "timestamp", MILLIS + 120_000);
        assertThat(request(KEY, body)).isInstanceOf(Outcome.Ok.class);
        for (long later : new long[] {0, 1, 120_000, 240_000}) {
            Instant then = NOW.plusMillis(later);
            assertError(error(issuer.requestToken("app.key", body, BASIC, true, then)), 401, 40105);
        }
        // Then the timestamp has become too old for it.
        Instant then = NOW.plusMillis(240_001);
        assertError(error(issuer.requestToken("app.key", body, BASIC, true, then)), 401, 40104);
    }

    @Test
    void aNonceBelongsToItsKey() {
        assertThat(request(KEY, signed(KEY, "nonce", "the same nonce 16"))).isInstanceOf(Outcome.Ok.class);
        assertThat(request(NARROW, signed(NARROW, "nonce", "the same nonce 16")))
                .isInstanceOf(Outcome.Ok.class);
        assertError(error(request(KEY, signed(KEY, "nonce", "the same nonce 16"))), 401, 40105);
    }

    @Test
    void aNonceThatIsMissingOrOverlongIsRefused() {
        assertError(error(request(KEY, signed(KEY, "nonce", null))), 400, 40000);
        assertError(error(request(KEY, signed(KEY, "nonce", "n".repeat(257)))), 400, 40000);
    }

    @Test
    void noncesBeyondTheLimitAreRefusedRatherThanForgotten() {
        var nonces = new SeenNonces(Duration.ofMinutes(4), 2);
        KeyName key = KEY.keyName();
        assertThat(nonces.see(key, "a", NOW)).isEqualTo(SeenNonces.Verdict.NEW);
        assertThat(nonces.see(key, "b", NOW)).isEqualTo(SeenNonces.Verdict.NEW);
        assertThat(nonces.see(key, "c", NOW)).isEqualTo(SeenNonces.Verdict.FULL);
        assertThat(nonces.see(key, "a", NOW)).isEqualTo(SeenNonces.Verdict.REPLAYED);
        Instant next = NOW.plus(Duration.ofMinutes(4));
        assertThat(nonces.see(key, "c", next)).isEqualTo(SeenNonces.Verdict.NEW);
        assertThat(nonces.see(key, "a", next)).isEqualTo(SeenNonces.Verdict.REPLAYED);
        Instant afterThat = next.plus(Duration.ofMinutes(4));
        assertThat(nonces.see(key, "a", afterThat)).isEqualTo(SeenNonces.Verdict.NEW);
    }

    @Test
    void aLifetimeIsAWholeNumberUpToTheKeysLimit() {
        long day = Duration.ofHours(24).toMillis();
        assertThat(request(KEY, signed(KEY, "ttl", day))).isInstanceOf(Outcome.Ok.class);
        for (Object ttl : new Object[] {day + 1, -1L, "abc", "1.5", 1.5, "-0", true, Long.MAX_VALUE}) {
            assertError(error(request(KEY, signed(KEY, "ttl", ttl))), 400, 40003);
        }
        long hour = Duration.ofHours(1).toMillis();
        assertThat(request(REVOCABLE, signed(REVOCABLE, "ttl", hour))).isInstanceOf(Outcome.Ok.class);
        assertError(error(request(REVOCABLE, signed(REVOCABLE, "ttl", hour + 1))), 400, 40003);
    }

    @Test
    void aTokenOfAMillisecondIsRefusedWhenItIsUsed() {
        String token = value(request(KEY, signed(KEY, "ttl", 1L))).token();
        assertError(
                Fixtures.denied(STRICT.authenticate(new Credentials.Token(token), true, NOW.plusMillis(1))),
                401,
                40142);
    }

    @Test
    void aClientIdIsANonEmptyString() {
        assertError(error(request(KEY, signed(KEY, "clientId", ""))), 400, 40012);
        assertError(error(request(KEY, signed(KEY, "clientId", 7L))), 400, 40012);
        assertThat(value(request(KEY, signed(KEY, "clientId", "*"))).clientId()).contains("*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"news:a\":[\"publish_\"]} | 400 | 40000",
                "{\"news:a\":[\"*\",\"publish\"]} | 400 | 40000",
                "{\"news:a\":[]} | 400 | 40000",
                "nonsense | 400 | 40000",
                "{\"other\":[\"subscribe\"]} | 401 | 40160",
                "{\"news:a\":[\"publish\"]} | 401 | 40160",
                "{} | 401 | 40160",
            })
    void aCapabilityThatIsWrongOrNotTheKeysIsRefused(String capability, int status, int code) {
        assertError(error(request(NARROW, signed(NARROW, "capability", capability))), status, code);
    }

    @Test
    void aTokenThatWouldBeTooLongToPresentIsNotIssued() {
        String resource = "\u20ac".repeat(1_500);
        String capability = IntStream.range(0, 40)
                .mapToObj(i -> "\"" + resource + i + "\":[\"*\"]")
                .collect(Collectors.joining(",", "{", "}"));
        assertError(error(request(KEY, signed(KEY, "capability", capability))), 400, 40000);
    }

    @Test
    void aCapabilityThatIsNoTextIsRefused() {
        Map<String, Object> body = tree("keyName", "app.key", "timestamp", MILLIS, "capability", Map.of());
        assertError(error(unsigned(body, BASIC)), 400, 40000);
    }

    @Test
    void theFirstOfSeveralFaultsIsTheOneThatIsTold() {
        var body = signed(KEY, "timestamp", 0L, "ttl", -1L, "capability", "{\"a\":[]}");
        assertError(error(request(KEY, body)), 401, 40104);
        body.put("mac", "wrong");
        assertError(error(request(KEY, body)), 401, 40101);
        body.put("clientId", "");
        assertError(error(request(KEY, body)), 400, 40012);
        assertError(error(request(KEY, signed(KEY, "ttl", -1L, "capability", "{\"a\":[]}"))), 400, 40003);
    }

    private Outcome<TokenDetails> request(ApiKey key, Map<String, Object> body) {
        return issuer.requestToken(key.name(), body, new Credentials.None(), false, NOW);
    }

    private Outcome<TokenDetails> unsigned(Map<String, Object> body, Credentials credentials) {
        return issuer.requestToken("app.key", body, credentials, true, NOW);
    }

    /// Signs as SDKs do: what is absent, or a lifetime of 0, is signed as empty.
    private Map<String, Object> signed(ApiKey key, Object... members) {
        Map<String, Object> body =
                tree("keyName", key.name(), "timestamp", MILLIS, "nonce", "nonce-0123456789-" + nonces++);
        body.putAll(tree(members));
        StringBuilder text = new StringBuilder();
        for (String name : List.of("keyName", "ttl", "capability", "clientId", "timestamp", "nonce")) {
            Object value = body.get(name);
            text.append(value == null || value.equals(0L) && name.equals("ttl") ? "" : value)
                    .append('\n');
        }
        body.put("mac", Base64.getEncoder().encodeToString(hmac(key.secret(), text.toString())));
        return body;
    }
}
