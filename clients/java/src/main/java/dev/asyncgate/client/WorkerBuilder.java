package dev.asyncgate.client;

import dev.asyncgate.v1.Hello;
import io.grpc.ChannelCredentials;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The options of a worker. Each method changes this object and returns it. */
public final class WorkerBuilder {
  private final List<URI> endpoints;
  private final Hello.Builder hello = Hello.newBuilder().setOmitHolder(true).setSlots(10);
  private final Map<String, Handler> handlers = new LinkedHashMap<>();
  private Connection connection;
  private boolean startsTasks;
  private Duration drainWithin = Duration.ofSeconds(30);
  private boolean drainsOnShutdown = true;
  // Several attempts within the grace of a session, and few when a server is away for long.
  private Backoff reconnect = new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(3));
  private Executor executor;
  private Tracing tracing = Tracing.NONE;
  private Consumer<? super WorkerEvent> listener = new EventLog();

  WorkerBuilder(List<String> endpoints, String key) {
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("a worker needs an endpoint");
    }
    this.endpoints = endpoints.stream().map(Connection::endpointOf).toList();
    this.connection = Connection.withKey(Objects.requireNonNull(key, "the API key is missing"));
  }

  /** Does tasks of this type. Tasks of types without a handler are not taken. */
  public WorkerBuilder handle(String type, Handler handler) {
    handlers.put(type, Objects.requireNonNull(handler));
    return this;
  }

  /** Does tasks of this type, with their payload as an object of this class. */
  public <P> WorkerBuilder handle(
      String type, Class<P> payload, Handler.OfPayload<? super P> handler) {
    return handle(type, job -> handler.handle(job.payload(payload), job));
  }

  /** How many tasks run at once. If not said, 10. */
  public WorkerBuilder slots(int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("a worker needs a slot");
    }
    hello.setSlots(slots);
    return this;
  }

  /** The queues that it takes from. If not said, {@code default}. */
  public WorkerBuilder queues(String... queues) {
    hello.addAllQueues(List.of(queues));
    return this;
  }

  /** What it can do: it gets tasks only if it has all that they require. */
  public WorkerBuilder capabilities(String... capabilities) {
    hello.addAllCapabilities(List.of(capabilities));
    return this;
  }

  /** Its name and its version, for people. */
  public WorkerBuilder name(String name, String version) {
    hello.setWorkerName(name).setVersion(version);
    return this;
  }

  /** Its process, for people. If not said, host and process id. */
  public WorkerBuilder instance(String instance) {
    hello.setInstance(instance);
    return this;
  }

  /** How long leases last without a heartbeat. If not said, the server's default. */
  public WorkerBuilder leaseTtl(Duration ttl) {
    hello.setLeaseTtl(Times.durationOf(ttl));
    return this;
  }

  /**
   * An agent's session, by its id: the worker keeps it and works in it. It ends with the worker.
   */
  public WorkerBuilder agentSession(String agentSessionId) {
    hello.setAgentSessionId(agentSessionId);
    return this;
  }

  /** Every start of a task is recorded: one more receipt and one more write a task. */
  public WorkerBuilder startsTasks() {
    startsTasks = true;
    return this;
  }

  /** How long running tasks have when the worker is stopped. If not said, 30 s. */
  public WorkerBuilder drainWithin(Duration within) {
    drainWithin = within;
    return this;
  }

  /**
   * Whether the worker drains when the JVM is told to end, as by SIGTERM. If not said, it does. The
   * exit status of such a JVM is 143 all the same, as Java has it.
   */
  public WorkerBuilder drainOnShutdown(boolean drains) {
    drainsOnShutdown = drains;
    return this;
  }

  /** The pauses between attempts to reach a server. */
  public WorkerBuilder reconnect(Backoff backoff) {
    reconnect = backoff;
    return this;
  }

  /**
   * Runs the handlers. It must have a thread for each slot. If not said, the worker has daemon
   * threads of its own. The worker does not close it.
   */
  public WorkerBuilder executor(Executor executor) {
    this.executor = executor;
    return this;
  }

  /**
   * Gets the events, in a thread of its own. If not said, they go to the {@link System.Logger}
   * {@code dev.asyncgate.worker}.
   */
  public WorkerBuilder onEvent(Consumer<? super WorkerEvent> listener) {
    this.listener = Objects.requireNonNull(listener);
    return this;
  }

  /** Runs handlers in spans: {@link OpenTelemetryTracing}. If not said, they run in none. */
  public WorkerBuilder tracing(Tracing tracing) {
    this.tracing = Objects.requireNonNull(tracing);
    return this;
  }

  /** For {@code https://}, in place of the platform's: {@code TlsChannelCredentials}. */
  public WorkerBuilder credentials(ChannelCredentials credentials) {
    connection = connection.with(credentials);
    return this;
  }

  /** The name in the server's certificate, if it differs from the endpoint's. */
  public WorkerBuilder serverName(String name) {
    connection = connection.with(name);
    return this;
  }

  /** Whether the server may compress large frames: fewer bytes, more CPU time. */
  public WorkerBuilder compression(boolean compression) {
    connection = connection.with(compression);
    return this;
  }

  /** Makes the worker. It connects when it is run. */
  public Worker build() {
    if (handlers.isEmpty()) {
      throw new IllegalStateException("a worker needs a handler");
    }
    if (hello.getInstance().isEmpty()) {
      hello.setInstance(hostName() + ":" + ProcessHandle.current().pid());
    }
    Hello made = hello.clone().addAllAcceptTypes(handlers.keySet()).build();
    return new Worker(
        new WorkerOptions(
            endpoints,
            connection,
            made,
            Map.copyOf(handlers),
            made.getSlots(),
            startsTasks,
            drainWithin,
            drainsOnShutdown,
            reconnect,
            Optional.ofNullable(executor),
            tracing,
            listener));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "unknown";
    }
  }
}
