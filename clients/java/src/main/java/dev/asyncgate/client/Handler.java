package dev.asyncgate.client;

/** Does tasks of one type, in a thread of its own. */
@FunctionalInterface
public interface Handler {
  /**
   * Does one task.
   *
   * @return the result, which becomes JSON unless it is {@code byte[]} or a {@link Content}; or an
   *     {@link Ending} that the job has made. Null is the JSON document {@code null}.
   * @throws Exception fails the attempt. {@link NonRetryableException} and {@link
   *     RetryAfterException} say how.
   */
  Object handle(Job job) throws Exception;

  /** A handler that gets the payload as an object. */
  @FunctionalInterface
  interface OfPayload<P> {
    /** Does one task, as {@link Handler#handle} does. */
    Object handle(P payload, Job job) throws Exception;
  }
}
