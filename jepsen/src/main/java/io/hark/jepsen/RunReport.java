package io.hark.jepsen;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Value: all that a run leaves for people and machines to read.
///
/// @param facts    about the run and the machine, by name
/// @param evidence events around each anomaly
record RunReport(
        String name,
        Map<String, Object> facts,
        Schedule schedule,
        Verdict verdict,
        Timeline timeline,
        Map<Anomaly, List<String>> evidence) {

    /// Writes `report.html` and `report.json`.
    void write(Path dir) throws IOException {
        Files.writeString(dir.resolve("report.html"), new HtmlReport(this).text());
        Files.write(dir.resolve("report.json"), ProtocolCodec.of(Format.JSON).encodeValue(tree()));
    }

    private Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", name);
        tree.put("facts", facts);
        tree.put("schedule", schedule.toString().lines().toList());
        tree.put("counts", counts());
        Map<String, Object> found = new LinkedHashMap<>();
        verdict.found().forEach((kind, count) -> found.put(kind.name(), count.longValue()));
        tree.put("found", found);
        tree.put("publishMicros", tree(timeline.publish()));
        tree.put("deliveryMicros", tree(timeline.delivery()));
        tree.put("longestSilenceMillis", timeline.longestSilenceMillis());
        List<Object> faults = new ArrayList<>();
        for (Timeline.FaultSpan span : timeline.faults()) {
            Map<String, Object> fault = new LinkedHashMap<>();
            fault.put("fault", span.fault());
            fault.put("fromMicros", span.fromMicros());
            fault.put("toMicros", span.toMicros());
            fault.put("pauseMillis", span.pauseMillis());
            fault.put("waitMicros", tree(span.waits()));
            faults.add(fault);
        }
        tree.put("faults", faults);
        List<Object> seconds = new ArrayList<>();
        for (Timeline.Second second : timeline.seconds()) {
            seconds.add(List.of(
                    (long) second.invoked(),
                    (long) second.acked(),
                    (long) second.refused(),
                    (long) second.delivered(),
                    second.publish().p50(),
                    second.publish().p99(),
                    second.delivery().p50(),
                    second.delivery().p99()));
        }
        tree.put(
                "secondsAre",
                List.of(
                        "invoked",
                        "acked",
                        "refused",
                        "delivered",
                        "publishP50",
                        "publishP99",
                        "deliveryP50",
                        "deliveryP99"));
        tree.put("seconds", seconds);
        List<Object> anomalies = new ArrayList<>();
        for (Anomaly anomaly : verdict.anomalies()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("kind", anomaly.kind().name());
            entry.put("what", anomaly.what());
            entry.put("events", evidence.getOrDefault(anomaly, List.of()));
            anomalies.add(entry);
        }
        tree.put("anomalies", anomalies);
        return tree;
    }

    private static Map<String, Object> tree(Timeline.Percentiles percentiles) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("count", percentiles.count());
        tree.put("p50", percentiles.p50());
        tree.put("p95", percentiles.p95());
        tree.put("p99", percentiles.p99());
        tree.put("max", percentiles.max());
        return tree;
    }

    /// What the checker looked at, by name.
    Map<String, Object> counts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("published", (long) verdict.published());
        counts.put("acknowledged", (long) verdict.acked());
        counts.put("refused", (long) verdict.refused());
        counts.put("unanswered", (long) verdict.unanswered());
        counts.put("sent again under another identity", (long) verdict.reissued());
        counts.put("in the log", (long) verdict.logged());
        counts.put("compared with other nodes' logs", (long) verdict.compared());
        counts.put("delivered", (long) verdict.delivered());
        counts.put("attaches", (long) verdict.attaches());
        counts.put("attaches resumed", (long) verdict.resumed());
        counts.put("discontinuities", (long) verdict.discontinuities());
        counts.put("connections that could not be resumed", (long) verdict.failedResumes());
        counts.put("presence sets compared", (long) verdict.views());
        counts.put("failures", (long) verdict.failures());
        return counts;
    }
}
