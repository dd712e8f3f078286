package dev.asyncgate.client;

import dev.asyncgate.v1.SendSignalRequest;
import java.time.Duration;

/** A signal to send: to a task, or on a channel. Each method changes this object and returns it. */
public final class NewSignal {
  private final SendSignalRequest.Builder request = SendSignalRequest.newBuilder();

  private NewSignal() {}

  /** To a task, by its id or its {@link Client#named name}, whether or not it waits yet. */
  public static NewSignal toTask(String taskId) {
    NewSignal made = new NewSignal();
    made.request.setTaskId(taskId);
    return made;
  }

  /** On a channel, to the task that has waited longest for it, or to the next one that waits. */
  public static NewSignal onChannel(String channel) {
    NewSignal made = new NewSignal();
    made.request.setChannel(channel);
    return made;
  }

  /** What it carries. At most 64 KiB. */
  public NewSignal payload(Object payload) {
    request.setPayload(Content.payloadOf(payload));
    return this;
  }

  /** It meets all that wait now, instead of one, and is not kept. */
  public NewSignal broadcast() {
    request.setBroadcast(true);
    return this;
  }

  /** How long it is kept for a task that waits for it. If not said, 7 days. */
  public NewSignal ttl(Duration ttl) {
    request.setTtl(Times.durationOf(ttl));
    return this;
  }

  SendSignalRequest toMessage(String requestId) {
    return request.build().toBuilder().setRequestId(requestId).build();
  }
}
