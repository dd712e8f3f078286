package dev.asyncgate.client;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a server is reached.
 *
 * @param key the API key; empty: the certificate in the credentials says who calls
 * @param credentials for endpoints that begin with {@code https://}, if not those of the platform
 * @param serverName the name in the server's certificate, if it differs from the endpoint's
 * @param compression whether the server may compress large answers
 */
record Connection(
    String key,
    Optional<ChannelCredentials> credentials,
    Optional<String> serverName,
    boolean compression) {
  private static final int CONNECT_TIMEOUT_MS = 5_000;

  /** A dead peer is found within 30 s. */
  private static final int PING_INTERVAL_S = 20;

  private static final int PING_TIMEOUT_S = 10;
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  static Connection withKey(String key) {
    return new Connection(key, Optional.empty(), Optional.empty(), false);
  }

  Connection with(ChannelCredentials credentials) {
    return new Connection(key, Optional.of(credentials), serverName, compression);
  }

  Connection with(String serverName) {
    return new Connection(key, credentials, Optional.of(serverName), compression);
  }

  Connection with(boolean compression) {
    return new Connection(key, credentials, serverName, compression);
  }

  /** Throws an IllegalArgumentException for anything but http://host:port and https://host:port. */
  static URI endpointOf(String text) {
    String advice = " is no endpoint: write it as http://host:port or https://host:port";
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(text + advice, malformed);
    }
    boolean isKnown = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    String path = uri.getPath();
    if (!isKnown || uri.getHost() == null || !(path.isEmpty() || path.equals("/"))) {
      throw new IllegalArgumentException(text + advice);
    }
    return uri;
  }

  ManagedChannel open(URI endpoint) {
    boolean isTls = endpoint.getScheme().equals("https");
    int port = endpoint.getPort() >= 0 ? endpoint.getPort() : isTls ? HTTPS_PORT : HTTP_PORT;
    ChannelCredentials secured =
        isTls
            ? credentials.orElseGet(TlsChannelCredentials::create)
            : InsecureChannelCredentials.create();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(endpoint.getHost(), port, secured)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .keepAliveTime(PING_INTERVAL_S, TimeUnit.SECONDS)
            .keepAliveTimeout(PING_TIMEOUT_S, TimeUnit.SECONDS)
            // The kit repeats calls itself: it knows the reasons, and the time that is left.
            .disableRetry()
            .userAgent("asyncgate-java")
            .intercept(authorization());
    if (!compression) {
      builder.decompressorRegistry(
          DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false));
    }
    serverName.ifPresent(builder::overrideAuthority);
    return builder.build();
  }

  private ClientInterceptor authorization() {
    Metadata headers = new Metadata();
    // A server judges a call by its certificate only if it comes without the header.
    if (!key.isEmpty()) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
    }
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** Without the key, which does not belong in logs. */
  @Override
  public String toString() {
    return "Connection[serverName=" + serverName + ", compression=" + compression + "]";
  }
}
