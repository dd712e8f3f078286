package dev.asyncgate.client;

import dev.asyncgate.v1.Budget;
import dev.asyncgate.v1.CreateTaskRequest;
import dev.asyncgate.v1.ExpectedOutcome;
import dev.asyncgate.v1.OnExceeded;
import dev.asyncgate.v1.OnNameTaken;
import dev.asyncgate.v1.OnParentEnd;
import dev.asyncgate.v1.Preflight;
import dev.asyncgate.v1.Principal;
import dev.asyncgate.v1.Requirements;
import dev.asyncgate.v1.RetryPolicy;
import dev.asyncgate.v1.Scope;
import dev.asyncgate.v1.Verification;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A task to create. Each method has the meaning of the field of that name in {@link
 * CreateTaskRequest}, changes this object and returns it.
 */
public final class NewTask {
  private final CreateTaskRequest.Builder request = CreateTaskRequest.newBuilder();

  private NewTask(String type) {
    request.setType(type);
  }

  /** A task of this type, without a payload. */
  public static NewTask of(String type) {
    return new NewTask(type);
  }

  /** A task of this type: the payload becomes JSON, unless it is {@code byte[]} or a Content. */
  public static NewTask of(String type, Object payload) {
    return of(type).payload(payload);
  }

  /** The worker's input. */
  public NewTask payload(Object payload) {
    request.setPayload(Content.payloadOf(payload));
    return this;
  }

  /** If not said, {@code default}. */
  public NewTask queue(String queue) {
    request.setQueue(queue);
    return this;
  }

  /** Your key for this task: creating it again with the same key returns the task that exists. */
  public NewTask idempotencyKey(String key) {
    request.setIdempotencyKey(key);
    return this;
  }

  /** A name that at most one live task bears. Calls find it by {@link Client#named}. */
  public NewTask name(String name) {
    request.setName(name);
    return this;
  }

  /** What happens if a live task bears the name. If not said, the creation is refused. */
  public NewTask onNameTaken(OnNameTaken what) {
    request.setOnNameTaken(what);
    return this;
  }

  /** Labels to find the task by. */
  public NewTask labels(Map<String, String> labels) {
    request.putAllLabels(labels);
    return this;
  }

  /** A worker gets the task only if it has all of these. */
  public NewTask capabilities(String... capabilities) {
    request.setRequirements(Requirements.newBuilder().addAllCapabilities(List.of(capabilities)));
    return this;
  }

  /** From 0 to 9; higher goes first. If not said, 5. */
  public NewTask priority(int priority) {
    request.setPriority(priority);
    return this;
  }

  /** How many attempts may fail before the task does. */
  public NewTask maxAttempts(int attempts) {
    request.setMaxAttempts(attempts);
    return this;
  }

  /** When a failed attempt is tried again. */
  public NewTask retry(RetryPolicy policy) {
    request.setRetry(policy);
    return this;
  }

  /** How long to wait after the first failed attempt. */
  public NewTask retryAfter(Duration initialInterval) {
    request.getRetryBuilder().setInitialInterval(Times.durationOf(initialInterval));
    return this;
  }

  /** No worker gets the task before this time has passed. */
  public NewTask delay(Duration delay) {
    request.setDelay(Times.durationOf(delay));
    return this;
  }

  /** No worker gets the task before this moment. */
  public NewTask notBefore(Instant moment) {
    request.setNotBefore(Times.timestampOf(moment));
    return this;
  }

  /** The task fails if no worker has held it by then. */
  public NewTask startDeadline(Instant moment) {
    request.setStartDeadline(Times.timestampOf(moment));
    return this;
  }

  /** The task fails if it has not ended by then. */
  public NewTask deadline(Instant moment) {
    request.setDeadline(Times.timestampOf(moment));
    return this;
  }

  /** The task fails if one attempt holds it for longer. */
  public NewTask attemptTimeout(Duration timeout) {
    request.setAttemptTimeout(Times.durationOf(timeout));
    return this;
  }

  /** How long a lease on it should last without renewal. */
  public NewTask leaseTtl(Duration ttl) {
    request.setLeaseTtl(Times.durationOf(ttl));
    return this;
  }

  /** No worker gets the task before this has happened. */
  public NewTask waitFor(WaitFor wait) {
    request.setWait(wait.toMessage());
    return this;
  }

  /** The only principal that may lease it. */
  public NewTask addressee(Principal principal) {
    request.setAddressee(principal);
    return this;
  }

  /** What happens to a child when its parent ends. If not said, it is canceled. */
  public NewTask onParentEnd(OnParentEnd what) {
    request.setOnParentEnd(what);
    return this;
  }

  /** What it and the tasks under it may spend, by unit. Beyond that its holder is told. */
  public NewTask budget(Map<String, BigDecimal> amounts) {
    return budget(amounts, OnExceeded.ON_EXCEEDED_TELL);
  }

  /** What it and the tasks under it may spend, and what happens beyond that. */
  public NewTask budget(Map<String, BigDecimal> amounts, OnExceeded what) {
    request.setBudget(
        Budget.newBuilder().putAllAmounts(Amounts.textsOf(amounts)).setOnExceeded(what));
    return this;
  }

  /**
   * What it works on, made by {@link Scopes}: while it is leased, no task is leased whose scopes
   * overlap these, unless both read.
   */
  public NewTask scopes(Scope... scopes) {
    request.addAllScopes(List.of(scopes));
    return this;
  }

  /** How its work is checked before it counts as done. */
  public NewTask verification(Verification verification) {
    request.setVerification(verification);
    return this;
  }

  /** What the outcome should be. */
  public NewTask expectedOutcome(ExpectedOutcome outcome) {
    request.setExpectedOutcome(outcome);
    return this;
  }

  /** Whether the agents that it is for must be well before it is leased. If not said, no. */
  public NewTask preflight(Preflight preflight) {
    request.setPreflight(preflight);
    return this;
  }

  /** Sets any other field of the contract's message. */
  public NewTask set(Consumer<CreateTaskRequest.Builder> fields) {
    fields.accept(request);
    return this;
  }

  /** The contract's message, with this request id if it is not null. */
  CreateTaskRequest toMessage(String requestId) {
    CreateTaskRequest message = request.build();
    return requestId == null ? message : message.toBuilder().setRequestId(requestId).build();
  }

  boolean hasIdempotencyKey() {
    return !request.getIdempotencyKey().isEmpty();
  }
}
