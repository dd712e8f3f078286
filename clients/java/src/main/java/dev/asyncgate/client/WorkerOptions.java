package dev.asyncgate.client;

import dev.asyncgate.v1.Hello;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What a worker was built with; the hello lacks what differs from stream to stream. */
record WorkerOptions(
    List<URI> endpoints,
    Connection connection,
    Hello hello,
    Map<String, Handler> handlers,
    int slots,
    boolean startsTasks,
    Duration drainWithin,
    boolean drainsOnShutdown,
    Backoff reconnect,
    Optional<Executor> executor,
    Tracing tracing,
    Consumer<? super WorkerEvent> listener) {}
