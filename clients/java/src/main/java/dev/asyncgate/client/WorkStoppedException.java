package dev.asyncgate.client;

import java.util.concurrent.CancellationException;

/** Thrown by {@link CancellationToken#throwIfCanceled} when the handler must stop. */
public final class WorkStoppedException extends CancellationException {
  private static final long serialVersionUID = 1L;

  private final transient StopCause cause;

  WorkStoppedException(StopCause cause) {
    super("the work must stop: " + cause);
    this.cause = cause;
  }

  /** Why. */
  public StopCause stopCause() {
    return cause;
  }
}
