package dev.asyncgate.client;

import com.google.protobuf.ByteString;
import dev.asyncgate.v1.AppendOutputRequest;
import dev.asyncgate.v1.ErrorReason;
import dev.asyncgate.v1.OutputFacts;
import dev.asyncgate.v1.Settled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A log of a task, which others can follow while it grows: {@code new
 * PrintStream(job.output("stdout"))}. Bytes are gathered for a moment and appended, each piece at
 * its offset, so that a piece that is sent twice is in the log once. A writer that is faster than
 * the server waits. What was written is sent before the task is settled.
 */
public final class JobOutput extends OutputStream {
  private static final int GATHER_BYTES = 16_384;
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int PIECE_BYTES_MAX = 65_536;

  /** A write waits while so much waits to be sent. */
  private static final int ROOM_BYTES = 262_144;

  private final HeldTask held;
  private final String stream;
  private final Outputs outputs;

  // All of these are under the lock of this object.
  private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
  private Instant since = Instant.EPOCH;
  private long offset;
  private int piecesUnderWay;
  private Future<?> timer;
  private AsyncGateException refusal;
  private boolean isFinished;
  private boolean isWanted;

  JobOutput(HeldTask held, String stream, Outputs outputs) {
    this.held = held;
    this.stream = stream;
    this.outputs = outputs;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  /** Writes a text as UTF-8. */
  public void print(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public synchronized void write(byte[] data, int from, int length) throws IOException {
    for (int done = 0; done < length; ) {
      awaitRoom();
      int count = Math.min(length - done, ROOM_BYTES - waiting.size());
      if (waiting.size() == 0) {
        since = Instant.now();
      }
      waiting.write(data, from + done, count);
      done += count;
      schedule();
    }
  }

  private void awaitRoom() throws IOException {
    while (waiting.size() >= ROOM_BYTES && refusal == null && !isFinished) {
      pause("written");
    }
    throwIfOver();
    if (isFinished) {
      throw new IOException("the task is settled: nothing is written any more");
    }
  }

  private void throwIfOver() throws IOException {
    if (refusal != null) {
      throw new IOException("the output was refused: " + refusal.getMessage(), refusal);
    }
  }

  private void pause(String what) throws InterruptedIOException {
    try {
      wait();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the handler must stop: not all was " + what);
    }
  }

  /** Sends what was gathered, without waiting for the answer. */
  @Override
  public synchronized void flush() {
    isWanted = waiting.size() > 0;
    sendNext();
  }

  /** Waits until the server has all that was written. */
  public synchronized void sync() throws IOException {
    flush();
    while ((waiting.size() > 0 || piecesUnderWay > 0) && refusal == null) {
      pause("stored");
    }
    throwIfOver();
  }

  /** Only flushes: the log can be written to until the task is settled. */
  @Override
  public void close() {
    flush();
  }

  /** Sends all, for the settlement to follow it. */
  synchronized void finish() {
    isFinished = true;
    cancelTimer();
    // Also behind the one that is under way: items of a lease are applied in their order.
    while (waiting.size() > 0) {
      sendPiece();
    }
    notifyAll();
  }

  /** A piece leaves when it is large enough, or after a moment. */
  private void schedule() {
    if (waiting.size() >= GATHER_BYTES) {
      sendNext();
    } else if (timer == null) {
      timer = outputs.parts().loop().after(GATHER_NANOS, this::flush);
    }
  }

  private void sendNext() {
    if (piecesUnderWay > 0 || waiting.size() == 0) {
      return;
    }
    cancelTimer();
    sendPiece();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void sendPiece() {
    byte[] all = waiting.toByteArray();
    int length = Math.min(all.length, PIECE_BYTES_MAX);
    waiting.reset();
    waiting.write(all, length, all.length - length);
    isWanted = waiting.size() > 0 && isWanted;
    put(new Piece(ByteString.copyFrom(Arrays.copyOf(all, length)), offset, since, false));
    offset += length;
  }

  /** A part of the log that is under way; moved if it was put to where the server ends. */
  private record Piece(ByteString data, long offset, Instant since, boolean isMoved) {}

  private void put(Piece piece) {
    String requestId = outputs.parts().nextRequestId();
    AppendOutputRequest request =
        AppendOutputRequest.newBuilder()
            .setLeaseToken(held.leaseToken())
            .setStream(stream)
            .setOffset(piece.offset)
            .setData(piece.data)
            .setTime(Times.timestampOf(piece.since))
            .setRequestId(requestId)
            .build();
    Outbox.Item[] self = new Outbox.Item[1];
    self[0] =
        new Outbox.Item(
            Outbox.Part.OUTPUTS,
            request,
            requestId,
            settled -> {
              if (!outputs.retryLater().test(self[0], settled)) {
                take(piece, settled);
              }
            });
    piecesUnderWay++;
    outputs.parts().outbox().put(self[0]);
    outputs.parts().wake();
  }

  private synchronized void take(Piece piece, Settled settled) {
    piecesUnderWay--;
    if (settled.hasError()) {
      AsyncGateException error = AsyncGateException.of(settled.getError(), settled.getRequestId());
      if (moveToEnd(piece, error)) {
        return;
      }
      refusal = error;
      waiting.reset();
      cancelTimer();
      outputs.parts().emit(new WorkerEvent.OutputRefused(held.task, stream, error));
    } else if (!isFinished && waiting.size() > 0) {
      if (isWanted) {
        sendNext();
      } else {
        schedule();
      }
    }
    notifyAll();
  }

  /** A crash of the database may have lost the last moment of the log: it goes on where it ends. */
  private boolean moveToEnd(Piece piece, AsyncGateException error) {
    boolean isMismatch = error.reason() == ErrorReason.ERROR_REASON_OFFSET_MISMATCH;
    if (!isMismatch || piece.isMoved || isFinished || error.detail().isEmpty()) {
      return false;
    }
    OutputFacts facts = error.detail().get().getOutput();
    if (facts.getClosed() || facts.getNextOffset() > piece.offset) {
      return false;
    }
    offset = facts.getNextOffset() + piece.data.size();
    put(new Piece(piece.data, facts.getNextOffset(), piece.since, true));
    return true;
  }
}
