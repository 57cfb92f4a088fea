package io.hark.launcher.interop;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests of a class that share one node and are run with clients of the Java SDK in both formats.
@ParameterizedClass(name = "binary protocol {0}")
@ValueSource(booleans = {false, true})
abstract class WithJavaSdk extends OnOneNode {
    @Parameter
    boolean binary;

    JavaClients clients;

    @BeforeEach
    final void makeClients() {
        clients = new JavaClients(node.port(), binary);
    }

    @AfterEach
    final void closeClients() {
        clients.close();
    }
}
