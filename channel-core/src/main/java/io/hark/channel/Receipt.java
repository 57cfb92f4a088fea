package io.hark.channel;

import io.hark.protocol.MessageSerial;
import java.util.ArrayList;
import java.util.List;

/// Value: where a publish went: enough to answer it again with the same serials.
public record Receipt(long lsn, long hlc, Origin origin, long oseq, int count) {

    /// Whether the publish was refused: then nothing of it has a serial.
    boolean isRefusal() {
        return count == 0;
    }

    /// The serials of its messages, in order.
    public List<String> serials() {
        List<String> serials = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            serials.add(MessageSerial.format(
                    Hlc.millis(hlc), Hlc.counter(hlc), origin.region(), origin.lineage(), oseq, index));
        }
        return serials;
    }
}
