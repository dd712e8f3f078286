package dev.asyncgate.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers each call over HTTP/2 with headers and the end of the stream, without a status, as
 * happens when a server or a proxy goes. No library sends this, so the frames are written by hand.
 */
final class CutServer implements AutoCloseable {
  private static final int PREFACE_BYTES = 24;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final AtomicInteger calls = new AtomicInteger();

  CutServer() throws IOException {
    start(
        () -> {
          for (; ; ) {
            Socket socket = listening.accept();
            start(() -> serve(socket));
          }
        });
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  int calls() {
    return calls.get();
  }

  private void serve(Socket socket) throws IOException {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      in.readNBytes(PREFACE_BYTES);
      write(out, SETTINGS, 0, 0, new byte[0]);
      for (; ; ) {
        int lengthAndType = in.readInt();
        in.readByte();
        int stream = in.readInt();
        in.readNBytes(lengthAndType >>> 8);
        if ((lengthAndType & 0xff) == HEADERS) {
          calls.incrementAndGet();
          write(out, HEADERS, END_HEADERS, stream, headers());
          write(out, 0, END_STREAM, stream, new byte[0]);
        }
      }
    }
  }

  /** ":status: 200" by its index, and the content type as a literal. */
  private static byte[] headers() {
    byte[] type = "application/grpc".getBytes(StandardCharsets.US_ASCII);
    byte[] block = new byte[4 + type.length];
    block[0] = (byte) 0x88;
    block[1] = 0x0f;
    block[2] = 0x10;
    block[3] = (byte) type.length;
    System.arraycopy(type, 0, block, 4, type.length);
    return block;
  }

  private static void write(OutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    java.nio.ByteBuffer frame = java.nio.ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    out.write(frame.array());
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
  }
}
