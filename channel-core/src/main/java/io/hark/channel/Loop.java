package io.hark.channel;

import java.util.concurrent.Executor;

/// One thread and the confined objects that it alone touches.
public interface Loop extends Executor {
    boolean inLoop();
}
