package dev.asyncgate.client;

import io.grpc.ChannelCredentials;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/** The options of a client. Each method changes this object and returns it. */
public final class ClientBuilder {
  private final URI endpoint;
  private Connection connection;
  private Duration timeout = Duration.ofSeconds(30);
  private int attemptsMax = Integer.MAX_VALUE;
  // A server that restarts is away for some seconds: pauses grow until then, and no further.
  private Backoff backoff = new Backoff(Duration.ofMillis(50), 2, Duration.ofSeconds(2));

  private Tracing tracing = Tracing.NONE;

  ClientBuilder(URI endpoint, String key) {
    this.endpoint = endpoint;
    this.connection = Connection.withKey(Objects.requireNonNull(key, "the API key is missing"));
  }

  ClientBuilder connection(Connection connection) {
    this.connection = connection;
    return this;
  }

  /** How long a call may take, retries included. If not said, 30 s. */
  public ClientBuilder timeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  /** The most attempts of a call; 1: no retry. If not said, as many as there is time for. */
  public ClientBuilder attemptsMax(int attemptsMax) {
    this.attemptsMax = attemptsMax;
    return this;
  }

  /** The pauses before retries. */
  public ClientBuilder backoff(Backoff backoff) {
    this.backoff = backoff;
    return this;
  }

  /** For {@code https://}, in place of the platform's: {@code TlsChannelCredentials}. */
  public ClientBuilder credentials(ChannelCredentials credentials) {
    connection = connection.with(credentials);
    return this;
  }

  /** The name in the server's certificate, if it differs from the endpoint's. */
  public ClientBuilder serverName(String name) {
    connection = connection.with(name);
    return this;
  }

  /** Whether the server may compress large answers: fewer bytes, more CPU time. */
  public ClientBuilder compression(boolean compression) {
    connection = connection.with(compression);
    return this;
  }

  /** Lets calls carry the trace that they are made in. If not said, they carry none. */
  public ClientBuilder tracing(Tracing tracing) {
    this.tracing = Objects.requireNonNull(tracing);
    return this;
  }

  /** Makes the client. It connects with its first call. */
  public Client build() {
    return new Client(new Calls(endpoint, connection, tracing, timeout, attemptsMax, backoff));
  }
}
