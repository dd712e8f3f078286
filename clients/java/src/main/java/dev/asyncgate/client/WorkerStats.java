package dev.asyncgate.client;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counts of a worker.
 *
 * @param connected whether a session is open now
 * @param running handlers that run
 * @param credits tasks that the server may still offer
 * @param unanswered items that were sent and are not answered yet
 * @param taken tasks that were accepted
 * @param ended leases that ended, by how
 * @param refused endings that the server has refused
 * @param lost leases that were lost while their handlers ran
 * @param streams streams that were opened
 */
public record WorkerStats(
    boolean connected,
    int running,
    int credits,
    int unanswered,
    long taken,
    Map<WorkerEvent.HowEnded, Long> ended,
    long refused,
    long lost,
    long streams) {

  /** Leases that ended in this way. */
  public long ended(WorkerEvent.HowEnded how) {
    return ended.getOrDefault(how, 0L);
  }

  /** The counts as they grow: written by the loop, read by any thread. */
  static final class Counts {
    private final Map<WorkerEvent.HowEnded, Long> ended = new EnumMap<>(WorkerEvent.HowEnded.class);
    private boolean connected;
    private int running;
    private int credits;
    private long taken;
    private long refused;
    private long lost;
    private long streams;

    synchronized void take() {
      taken++;
      running++;
    }

    synchronized void leave() {
      running--;
    }

    synchronized int running() {
      return running;
    }

    synchronized void end(WorkerEvent.HowEnded how) {
      ended.merge(how, 1L, Long::sum);
    }

    synchronized void refuse() {
      refused++;
    }

    synchronized void lose() {
      lost++;
    }

    synchronized void open() {
      streams++;
      connected = true;
    }

    synchronized void disconnect() {
      connected = false;
      credits = 0;
    }

    synchronized void credits(int now) {
      credits = now;
    }

    synchronized WorkerStats read(int unanswered) {
      return new WorkerStats(
          connected,
          running,
          credits,
          unanswered,
          taken,
          Map.copyOf(ended),
          refused,
          lost,
          streams);
    }
  }
}
