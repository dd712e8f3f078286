package dev.asyncgate.client;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What the parts of a worker share. */
final class WorkerParts {
  private static final int PREFIX_BYTES = 12;

  private final EventLoop loop = new EventLoop();
  private final Outbox outbox = new Outbox();
  private final EventDispatcher events;
  private final Executor executor;
  private final Supplier<Client> client;
  private final String prefix;
  private final AtomicLong count = new AtomicLong();
  private volatile Runnable wake = () -> {};

  /** The handlers run in the executor; the client is for calls beside the stream. */
  WorkerParts(EventDispatcher events, Executor executor, Supplier<Client> client) {
    this.events = events;
    this.executor = executor;
    this.client = client;
    byte[] random = new byte[PREFIX_BYTES];
    new SecureRandom().nextBytes(random);
    this.prefix = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  EventLoop loop() {
    return loop;
  }

  Outbox outbox() {
    return outbox;
  }

  Executor executor() {
    return executor;
  }

  Supplier<Client> client() {
    return client;
  }

  void emit(WorkerEvent event) {
    events.tell(event);
  }

  /** Unique across processes: a random prefix and a counter. */
  String nextRequestId() {
    return prefix + "-" + Long.toString(count.incrementAndGet(), Character.MAX_RADIX);
  }

  void onWake(Runnable act) {
    wake = act;
  }

  /** Something waits to be sent. */
  void wake() {
    wake.run();
  }
}
