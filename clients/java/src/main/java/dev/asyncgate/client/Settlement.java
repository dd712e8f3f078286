package dev.asyncgate.client;

import com.google.protobuf.Message;
import dev.asyncgate.v1.CompleteTaskRequest;
import dev.asyncgate.v1.FailTaskRequest;
import dev.asyncgate.v1.HandOffRequest;
import dev.asyncgate.v1.ReleaseLeaseRequest;
import dev.asyncgate.v1.RequestInputRequest;
import dev.asyncgate.v1.SuspendTaskRequest;
import dev.asyncgate.v1.TaskError;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** How a lease ends, as an item of a frame: what the handler returned or threw. */
record Settlement(Outbox.Part part, String requestId, Message message) {
  static final int REASON_BYTES_MAX = 1_024;
  private static final int ERROR_TYPE_BYTES_MAX = 255;
  private static final int ERROR_MESSAGE_BYTES_MAX = 4_096;

  /** How a task ends whose handler has returned. */
  static Settlement returned(HeldTask held, String requestId, Object output) {
    if (output instanceof Ending ending) {
      return ended(held, requestId, ending);
    }
    // Without the `return`, the task would be completed with null and its wait forgotten.
    if (held.hasEnding) {
      throw new IllegalStateException(
          "return what the job makes to end the task, such as job.suspend(): it does nothing else");
    }
    return completion(held, requestId, Ending.Done.of(output));
  }

  private static Settlement ended(HeldTask held, String requestId, Ending ending) {
    if (ending instanceof Ending.Done done) {
      if (held.hasEnding && !done.isVerdict()) {
        throw new IllegalStateException("the job has made another ending than the returned one");
      }
      return completion(held, requestId, done);
    }
    if (ending instanceof Ending.Suspension suspension) {
      return suspension(held, requestId, suspension);
    }
    if (ending instanceof Ending.Asking asking) {
      return question(held, requestId, asking);
    }
    if (ending instanceof Ending.HandingOff handingOff) {
      return handOff(held, requestId, handingOff);
    }
    ReleaseLeaseRequest.Builder request =
        ((Ending.Release) ending)
            .toMessage().toBuilder().setLeaseToken(held.leaseToken()).setRequestId(requestId);
    if (!request.hasCheckpoint() && held.checkpoint != null) {
      request.setCheckpoint(held.checkpoint);
    }
    return new Settlement(Outbox.Part.RELEASES, requestId, request.build());
  }

  private static Settlement completion(HeldTask held, String requestId, Ending.Done done) {
    CompleteTaskRequest request =
        done.toMessage().toBuilder()
            .setLeaseToken(held.leaseToken())
            .setRequestId(requestId)
            .build();
    return new Settlement(Outbox.Part.COMPLETES, requestId, request);
  }

  private static Settlement suspension(
      HeldTask held, String requestId, Ending.Suspension suspension) {
    SuspendTaskRequest.Builder request =
        suspension.toMessage().toBuilder().setLeaseToken(held.leaseToken()).setRequestId(requestId);
    if (!request.hasCheckpoint() && held.checkpoint != null) {
      request.setCheckpoint(held.checkpoint);
    }
    return new Settlement(Outbox.Part.SUSPENDS, requestId, request.build());
  }

  private static Settlement question(HeldTask held, String requestId, Ending.Asking asking) {
    RequestInputRequest.Builder request =
        asking.toMessage().toBuilder().setLeaseToken(held.leaseToken()).setRequestId(requestId);
    if (!request.hasCheckpoint() && held.checkpoint != null) {
      request.setCheckpoint(held.checkpoint);
    }
    return new Settlement(Outbox.Part.QUESTIONS, requestId, request.build());
  }

  private static Settlement handOff(HeldTask held, String requestId, Ending.HandingOff handingOff) {
    HandOffRequest.Builder request =
        handingOff.toMessage().toBuilder().setLeaseToken(held.leaseToken()).setRequestId(requestId);
    if (!request.hasCheckpoint() && held.checkpoint != null) {
      request.setCheckpoint(held.checkpoint);
    }
    return new Settlement(Outbox.Part.HAND_OFFS, requestId, request.build());
  }

  static Settlement failure(HeldTask held, String requestId, Throwable thrown) {
    Throwable raised = unwrapped(thrown);
    FailTaskRequest.Builder request =
        FailTaskRequest.newBuilder()
            .setLeaseToken(held.leaseToken())
            .setRequestId(requestId)
            .setError(errorOf(raised));
    if (held.checkpoint != null) {
      request.setCheckpoint(held.checkpoint);
    }
    if (raised instanceof RetryAfterException later) {
      request.setRetryAfter(Times.durationOf(later.after()));
    }
    return new Settlement(Outbox.Part.FAILS, requestId, request.build());
  }

  /** What a future wraps around the exception that says what went wrong. */
  private static Throwable unwrapped(Throwable thrown) {
    boolean isWrapped =
        thrown instanceof CompletionException || thrown instanceof ExecutionException;
    return isWrapped && thrown.getCause() != null ? thrown.getCause() : thrown;
  }

  private static TaskError errorOf(Throwable raised) {
    String type = null;
    TaskError.Builder error = TaskError.newBuilder();
    if (raised instanceof NonRetryableException last) {
      type = last.type();
      error.setRetryable(false);
      if (last.detail() != null) {
        error.setDetail(Content.jsonOf(last.detail()));
      }
    } else if (raised instanceof RetryAfterException later) {
      type = later.type();
    } else if (raised instanceof AsyncGateException refusal) {
      type = refusal.reasonName();
    }
    String name = type == null || type.isEmpty() ? nameOf(raised) : type;
    String message = raised.getMessage() == null ? "" : raised.getMessage();
    return error
        .setType(Content.clip(name, ERROR_TYPE_BYTES_MAX))
        .setMessage(Content.clip(message, ERROR_MESSAGE_BYTES_MAX))
        .build();
  }

  static String nameOf(Throwable thrown) {
    Throwable raised = unwrapped(thrown);
    String simple = raised.getClass().getSimpleName();
    return simple.isEmpty() ? raised.getClass().getName() : simple;
  }

  static Settlement release(HeldTask held, String requestId, String reason) {
    ReleaseLeaseRequest.Builder request =
        ReleaseLeaseRequest.newBuilder()
            .setLeaseToken(held.leaseToken())
            .setRequestId(requestId)
            .setReason(Content.clip(reason, REASON_BYTES_MAX));
    if (held.checkpoint != null) {
      request.setCheckpoint(held.checkpoint);
    }
    return new Settlement(Outbox.Part.RELEASES, requestId, request.build());
  }
}
