package io.hark.objects;

import java.util.Optional;

/// Value: a change of one row, with what was there before.
///
/// @param after empty when the row is gone
public record ObjectChange(ObjectKey key, Optional<ObjectRow> before, Optional<ObjectRow> after) {}
