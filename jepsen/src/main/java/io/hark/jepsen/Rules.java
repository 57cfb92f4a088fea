package io.hark.jepsen;

import java.time.Duration;

/// Value: what is asked of a run beyond what is asked of all.
///
/// @param answerWithin           the longest that a publish may wait, from the application's call to its
///                               answer
/// @param discontinuitiesAllowed whether clients may be told that they missed something
record Rules(Duration answerWithin, boolean discontinuitiesAllowed) {
    static final Rules STRICT = new Rules(Duration.ofSeconds(60), false);
}
