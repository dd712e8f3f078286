package dev.asyncgate.client;

import dev.asyncgate.v1.Artifact;
import dev.asyncgate.v1.CompleteTaskRequest;
import dev.asyncgate.v1.DeliveryProof;
import dev.asyncgate.v1.HandOffRequest;
import dev.asyncgate.v1.ReleaseLeaseRequest;
import dev.asyncgate.v1.RequestInputRequest;
import dev.asyncgate.v1.SuspendTaskRequest;
import dev.asyncgate.v1.Verdict;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * How a handler ends its task, in other ways than by a result. The job makes it and the handler
 * returns it, so nothing in the handler runs after it, no {@code catch} takes it for an error, and
 * the {@code finally} blocks have run before the task can be elsewhere. One that is made and not
 * returned fails the attempt.
 */
public sealed interface Ending {

  /** A result with more than JSON. Each method changes this object and returns it. */
  final class Done implements Ending {
    private final CompleteTaskRequest.Builder request = CompleteTaskRequest.newBuilder();

    private Done() {}

    /** Without a result for the server to store: say where it is. */
    public static Done withoutResult() {
      return new Done();
    }

    /** With a result for the server to store. */
    public static Done of(Object result) {
      Done made = new Done();
      made.request.setResult(Content.payloadOf(result));
      return made;
    }

    /** Where results are. */
    public Done artifacts(Artifact... artifacts) {
      request.addAllArtifacts(List.of(artifacts));
      return this;
    }

    /** Evidence that the result arrived elsewhere. */
    public Done deliveryProof(DeliveryProof proof) {
      request.setDeliveryProof(proof);
      return this;
    }

    /** Tasks that go on from this one: its owner owns them. All are created, or none. */
    public Done next(NewTask... tasks) {
      for (NewTask task : tasks) {
        request.addNext(task.toMessage(null));
      }
      return this;
    }

    /** What was spent since the last report, by unit. */
    public Done spend(Map<String, BigDecimal> amounts) {
      request.putAllSpend(Amounts.textsOf(amounts));
      return this;
    }

    /**
     * The hand-off contract by which the next ones take over: the artifacts must fulfill it. Only
     * with {@link #next}.
     */
    public Done contract(String name) {
      request.setContract(name);
      return this;
    }

    Done verdict(Verdict verdict) {
      request.setVerdict(verdict);
      return this;
    }

    boolean isVerdict() {
      return request.hasVerdict();
    }

    CompleteTaskRequest toMessage() {
      return request.build();
    }
  }

  /** A task that waits, made by {@link Job#suspend} and {@link Job#sleep}. */
  final class Suspension implements Ending {
    private final SuspendTaskRequest.Builder request = SuspendTaskRequest.newBuilder();

    Suspension(WaitFor wait) {
      request.setWait(wait.toMessage());
    }

    /** What the next holder needs to continue. If not said, the last one that was saved stays. */
    public Suspension checkpoint(Object checkpoint) {
      request.setCheckpoint(Content.payloadOf(checkpoint));
      return this;
    }

    /**
     * Children of this task, created in the same step, so that none is created twice or lost. The
     * wait names one by its place: {@link WaitFor#taskOfItem}.
     */
    public Suspension create(NewTask... children) {
      return create(dev.asyncgate.v1.CreateAs.CREATE_AS_CHILD, children);
    }

    /** Tasks that go on beside this one, created in the same step. */
    public Suspension createNext(NewTask... tasks) {
      return create(dev.asyncgate.v1.CreateAs.CREATE_AS_NEXT, tasks);
    }

    private Suspension create(dev.asyncgate.v1.CreateAs as, NewTask... tasks) {
      for (NewTask task : tasks) {
        request.addCreateBuilder().setTask(task.toMessage(null)).setAs(as);
      }
      return this;
    }

    SuspendTaskRequest toMessage() {
      return request.build();
    }
  }

  /** A task that waits for an answer, made by {@link Job#ask}. */
  final class Asking implements Ending {
    private final RequestInputRequest request;

    Asking(NewQuestion question) {
      request = question.toMessage();
    }

    RequestInputRequest toMessage() {
      return request;
    }
  }

  /** A task that goes to another worker, made by {@link Job#handOff}. */
  final class HandingOff implements Ending {
    private final HandOffRequest.Builder request;

    HandingOff(HandOffRequest.Builder request) {
      this.request = request;
    }

    /** What is done and what is left. */
    public HandingOff note(String note) {
      request.setNote(note);
      return this;
    }

    /** Where the results so far are. */
    public HandingOff refs(Artifact... refs) {
      request.addAllRefs(List.of(refs));
      return this;
    }

    /** What the next holder needs to continue. If not said, the last one that was saved stays. */
    public HandingOff checkpoint(Object checkpoint) {
      request.setCheckpoint(Content.payloadOf(checkpoint));
      return this;
    }

    /** The hand-off contract by which it is handed over: the references must fulfill it. */
    public HandingOff contract(String name) {
      request.setContract(name);
      return this;
    }

    HandOffRequest toMessage() {
      return request.build();
    }
  }

  /** A task that goes back to its queue, made by {@link Job#release}. */
  final class Release implements Ending {
    private final ReleaseLeaseRequest.Builder request = ReleaseLeaseRequest.newBuilder();

    Release(String reason) {
      request.setReason(Content.clip(reason, Settlement.REASON_BYTES_MAX));
    }

    /** How long no worker gets the task. */
    public Release delay(java.time.Duration delay) {
      request.setDelay(Times.durationOf(delay));
      return this;
    }

    /** What the next holder needs to continue. If not said, the last one that was saved stays. */
    public Release checkpoint(Object checkpoint) {
      request.setCheckpoint(Content.payloadOf(checkpoint));
      return this;
    }

    ReleaseLeaseRequest toMessage() {
      return request.build();
    }
  }
}
