/// Who is present on a channel: the set of members and how events change it. No threads, no clocks, no I/O.
package io.hark.presence;
