package io.hark.channel;

import io.hark.channel.ChannelRouter.Answer;
import java.util.concurrent.CompletionStage;

/// Handle: brings what concerns rows of channels' state to the channels' owners, wherever they are. Any
/// thread.
public interface RowsRouter {
    /// @return once the change is committed, or will never be made; waits while there is no owner
    CompletionStage<RowsResult> change(RowsChange change);

    CompletionStage<Answer<RowsPage>> rows(RowsRead read);
}
