package io.hark.channel;

import io.hark.protocol.ObjectState;
import java.util.List;

/// Value: a page of a channel's objects, all as of one moment.
///
/// @param snapshot the moment's number at the owner that answers; it is forgotten when nobody asks for
///                 long
/// @param lsn      what is in the objects: all of the channel's entries up to here, and none after it
/// @param next     where to go on; empty text after the last page
public record ObjectsPage(long snapshot, long lsn, List<ObjectState> objects, String next) {
    public ObjectsPage {
        objects = List.copyOf(objects);
    }

    public boolean isLast() {
        return next.isEmpty();
    }
}
