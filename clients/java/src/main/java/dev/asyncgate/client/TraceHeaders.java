package dev.asyncgate.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.Map;

/** Calls carry the trace that they are made in. Streams outlive every span, and carry none. */
final class TraceHeaders implements ClientInterceptor {
  private final Tracing tracing;

  TraceHeaders(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    ClientCall<Q, A> call = next.newCall(method, options);
    Map<String, String> trace =
        method.getType() == MethodDescriptor.MethodType.UNARY ? tracing.headers() : Map.of();
    if (trace.isEmpty()) {
      return call;
    }
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        trace.forEach((name, value) -> add(headers, name, value));
        super.start(listener, headers);
      }
    };
  }

  private static void add(Metadata headers, String name, String value) {
    Metadata.Key<String> key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    if (!headers.containsKey(key)) {
      headers.put(key, value);
    }
  }
}
