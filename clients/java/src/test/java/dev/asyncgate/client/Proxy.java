package dev.asyncgate.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** Passes bytes on to a server, until it is told to swallow them or to cut the connections. */
final class Proxy implements AutoCloseable {
  private final ServerSocket listening;
  private final URI target;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private volatile boolean isFrozen;
  private volatile Duration delay = Duration.ZERO;

  Proxy(String target) throws IOException {
    this.target = URI.create(target);
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  /** Nothing comes through any more, and neither side is told. */
  void freeze() {
    isFrozen = true;
  }

  /** Connections open so much later. */
  void delay(Duration span) {
    delay = span;
  }

  void cut() throws IOException {
    for (Socket socket; (socket = open.poll()) != null; ) {
      socket.close();
    }
  }

  private void accept() throws IOException {
    for (; ; ) {
      Socket near = listening.accept();
      LockSupport.parkNanos(delay.toNanos());
      Socket far = new Socket(target.getHost(), target.getPort());
      open.add(near);
      open.add(far);
      start(() -> pass(near, far));
      start(() -> pass(far, near));
    }
  }

  private void pass(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] some = new byte[65_536];
      for (int count; (count = in.read(some)) >= 0; ) {
        if (!isFrozen) {
          out.write(some, 0, count);
        }
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cut();
  }
}
