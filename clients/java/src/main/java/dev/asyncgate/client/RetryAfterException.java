package dev.asyncgate.client;

import java.time.Duration;

/** Thrown by a handler: this attempt failed, and the next one starts after this time. */
public class RetryAfterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration after;

  /** With the name of the class as the kind of error. */
  public RetryAfterException(Duration after, String message) {
    this(after, message, null);
  }

  /** Because of another exception, whose name is the kind of error. */
  public RetryAfterException(Duration after, String message, Throwable cause) {
    super(message, cause);
    this.after = after;
  }

  Duration after() {
    return after;
  }

  String type() {
    return getCause() == null ? null : getCause().getClass().getSimpleName();
  }
}
