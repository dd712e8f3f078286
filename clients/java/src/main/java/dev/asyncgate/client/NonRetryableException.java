package dev.asyncgate.client;

/** Thrown by a handler: the task fails, because no other attempt can succeed. */
public class NonRetryableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final transient Object detail;

  /** With the name of the class as the kind of error. */
  public NonRetryableException(String message) {
    this(null, message, null, null);
  }

  /** Because of another exception, whose name is the kind of error. */
  public NonRetryableException(String message, Throwable cause) {
    this(cause.getClass().getSimpleName(), message, null, cause);
  }

  /**
   * Says all.
   *
   * @param type the kind of error, for programs; if null, the name of the class
   * @param message what went wrong, for people
   * @param detail a value that says more and becomes JSON; if null, none
   * @param cause another exception, or null
   */
  public NonRetryableException(String type, String message, Object detail, Throwable cause) {
    super(message, cause);
    this.type = type;
    this.detail = detail;
  }

  String type() {
    return type;
  }

  Object detail() {
    return detail;
  }
}
