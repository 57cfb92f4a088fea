package io.hark.rest;

import io.hark.protocol.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Says what is wrong with an integration rule that somebody asks for, and that its type cannot act where it cannot.
final class RuleCheck {
    private static final Set<String> MODES = Set.of("single", "batch");
    private static final Set<String> SOURCES =
            Set.of("channel.message", "channel.presence", "channel.lifecycle", "channel.occupancy");
    private static final int FILTER_CHARS_MAX = 1_024;

    /// What the target of a rule must have, by type.
    private static final Map<String, List<String>> TARGETS = Map.ofEntries(
            Map.entry("http", List.of("url")),
            Map.entry("http/zapier", List.of("url")),
            Map.entry("http/cloudflare-worker", List.of("url")),
            Map.entry("http/ifttt", List.of("webhookKey", "eventName")),
            Map.entry("http/azure-function", List.of("azureAppId", "azureFunctionName")),
            Map.entry("http/google-cloud-function", List.of("region", "projectId", "functionName")),
            Map.entry("aws/lambda", List.of("region", "functionName", "authentication")),
            Map.entry("aws/kinesis", List.of("region", "streamName", "partitionKey", "authentication")),
            Map.entry("aws/sqs", List.of("region", "awsAccountId", "queueName", "authentication")),
            Map.entry("amqp", List.of("queueId")),
            Map.entry("amqp/external", List.of("url", "routingKey")),
            Map.entry("kafka", List.of("routingKey", "brokers")),
            Map.entry("pulsar", List.of("routingKey", "topic", "serviceUrl", "authentication")));

    private RuleCheck() {}

    /// @throws Refusal 42200, in any case: no type of rule acts yet
    static Refusal refusal(Map<String, Object> rule) {
        return problem(rule)
                .map(RuleCheck::unprocessable)
                .orElseGet(() ->
                        unprocessable("rules of type '%s' are not carried out by this server, so it does not take them"
                                .formatted(rule.get("ruleType"))));
    }

    private static Refusal unprocessable(String message) {
        return new Refusal(ErrorCode.UNPROCESSABLE, message);
    }

    private static Optional<String> problem(Map<String, Object> rule) {
        List<String> wanted = TARGETS.get(String.valueOf(rule.get("ruleType")));
        if (wanted == null) {
            return Optional.of("ruleType must be one of %s, was '%s'"
                    .formatted(TARGETS.keySet().stream().sorted().toList(), rule.get("ruleType")));
        }
        if (!MODES.contains(String.valueOf(rule.get("requestMode")))) {
            return Optional.of("requestMode must be single or batch, was '%s'".formatted(rule.get("requestMode")));
        }
        if (!(rule.get("source") instanceof Map<?, ?> source)
                || !SOURCES.contains(String.valueOf(source.get("type")))) {
            return Optional.of(
                    "source.type must be one of " + SOURCES.stream().sorted().toList());
        }
        if (!(rule.get("target") instanceof Map<?, ?> target)) {
            return Optional.of("target must be an object");
        }
        return wanted.stream()
                .filter(name -> target.get(name) == null)
                .findFirst()
                .map(name -> "target.%s is needed for rules of type '%s'".formatted(name, rule.get("ruleType")))
                .or(() -> filterProblem(source.get("channelFilter")));
    }

    private static Optional<String> filterProblem(Object filter) {
        if (filter == null) {
            return Optional.empty();
        }
        if (!(filter instanceof String text) || text.length() > FILTER_CHARS_MAX) {
            return Optional.of("source.channelFilter must be a regular expression of up to %d characters"
                    .formatted(FILTER_CHARS_MAX));
        }
        try {
            Pattern.compile(text);
            return Optional.empty();
        } catch (PatternSyntaxException malformed) {
            return Optional.of("source.channelFilter is no regular expression: " + malformed.getDescription());
        }
    }
}
