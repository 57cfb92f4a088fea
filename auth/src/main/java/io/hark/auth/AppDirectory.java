package io.hark.auth;

import java.util.Optional;

/// Port: where apps are looked up. Called for every request and connection, on the thread that serves
/// it, so it answers from memory.
@FunctionalInterface
public interface AppDirectory {
    Optional<App> app(String appId);
}
