package dev.asyncgate.client;

import dev.asyncgate.v1.DelegateToAgentRequest;
import dev.asyncgate.v1.Preflight;
import dev.asyncgate.v1.RouteQuery;
import dev.asyncgate.v1.Verification;
import java.time.Instant;
import java.util.Map;

/**
 * Work for an agent. Each method has the meaning of the field of that name in {@link
 * DelegateToAgentRequest}, changes this object and returns it.
 */
public final class Delegation {
  private final DelegateToAgentRequest.Builder request = DelegateToAgentRequest.newBuilder();

  private Delegation() {}

  /** For the agent of this id. */
  public static Delegation to(String agentId) {
    Delegation made = new Delegation();
    made.request.setAgentId(agentId);
    return made;
  }

  /** For the agent that the query finds. */
  public static Delegation to(RouteQuery route) {
    Delegation made = new Delegation();
    made.request.setRoute(route);
    return made;
  }

  /** If not said, the tool of the route's task type, or the only one. */
  public Delegation tool(String name) {
    request.setTool(name);
    return this;
  }

  /** What the tool gets. It becomes JSON. */
  public Delegation input(Object input) {
    request.setInput(Content.jsonOf(input));
    return this;
  }

  /** If not said, {@code default}. */
  public Delegation queue(String queue) {
    request.setQueue(queue);
    return this;
  }

  /** From 0 to 9. */
  public Delegation priority(int priority) {
    request.setPriority(priority);
    return this;
  }

  /** Labels to find the task by. */
  public Delegation labels(Map<String, String> labels) {
    request.putAllLabels(labels);
    return this;
  }

  /** No worker gets the task before this has happened. */
  public Delegation waitFor(WaitFor wait) {
    request.setWait(wait.toMessage());
    return this;
  }

  /** How the work is checked before it counts as done. */
  public Delegation verification(Verification verification) {
    request.setVerification(verification);
    return this;
  }

  /** The task fails if it has not ended by then. */
  public Delegation deadline(Instant deadline) {
    request.setDeadline(Times.timestampOf(deadline));
    return this;
  }

  /** The token of a lease: the task becomes a child of that one. */
  public Delegation under(String leaseToken) {
    request.setUnder(leaseToken);
    return this;
  }

  /** Your key: delegating again with the same key returns the task that exists. */
  public Delegation idempotencyKey(String key) {
    request.setIdempotencyKey(key);
    return this;
  }

  /** Whether the agent must be well. If not said, it need not be, and the answer says how it is. */
  public Delegation preflight(Preflight preflight) {
    request.setPreflight(preflight);
    return this;
  }

  boolean hasIdempotencyKey() {
    return !request.getIdempotencyKey().isEmpty();
  }

  DelegateToAgentRequest toMessage(String requestId) {
    DelegateToAgentRequest.Builder made = request.build().toBuilder();
    if (requestId != null) {
      made.setRequestId(requestId);
    }
    return made.build();
  }
}
