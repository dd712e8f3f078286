package dev.asyncgate.client;

import dev.asyncgate.v1.AgentRole;
import dev.asyncgate.v1.KeptLease;
import dev.asyncgate.v1.OpenAgentSessionRequest;
import dev.asyncgate.v1.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A session of an agent to open. Each method has the meaning of the field of that name in {@link
 * OpenAgentSessionRequest}, changes this object and returns it.
 */
public final class NewAgentSession {
  private final OpenAgentSessionRequest.Builder request = OpenAgentSessionRequest.newBuilder();
  private boolean isKept = true;
  private Consumer<List<KeptLease>> onDirectives = leases -> {};

  private NewAgentSession() {}

  /**
   * Of the agent of this id. At most one live session has the name: a second one is refused with
   * SESSION_COLLISION, whose facts say who holds it, and until when.
   */
  public static NewAgentSession of(String agentId, String name) {
    NewAgentSession made = new NewAgentSession();
    made.request.setAgentId(agentId).setName(name);
    return made;
  }

  /** What the agent is in it. If not said, the only role that it has. */
  public NewAgentSession role(AgentRole role) {
    request.setRole(role);
    return this;
  }

  /**
   * What it works on beside the scopes of its tasks, made by {@link Scopes}, as long as it lives.
   */
  public NewAgentSession scopes(Scope... scopes) {
    request.addAllScopes(List.of(scopes));
    return this;
  }

  /** A task, by id or {@link Client#named name}: the session is leased only tasks of its tree. */
  public NewAgentSession binds(String taskId) {
    request.setBinds(taskId);
    return this;
  }

  /** How long it lasts without a heartbeat. If not said, the server's default. */
  public NewAgentSession ttl(Duration ttl) {
    request.setTtl(Times.durationOf(ttl));
    return this;
  }

  /** The running process, for people. */
  public NewAgentSession instance(String instance) {
    request.setInstance(instance);
    return this;
  }

  /** Whether a thread keeps it alive until it is closed. If not said, one does. */
  public NewAgentSession keep(boolean keeps) {
    isKept = keeps;
    return this;
  }

  /** Gets leases whose owners want them canceled, or whose budgets are used up. */
  public NewAgentSession onDirectives(Consumer<List<KeptLease>> listener) {
    onDirectives = Objects.requireNonNull(listener);
    return this;
  }

  boolean isKept() {
    return isKept;
  }

  Consumer<List<KeptLease>> onDirectives() {
    return onDirectives;
  }

  OpenAgentSessionRequest toMessage(String requestId) {
    return request.build().toBuilder().setRequestId(requestId).build();
  }
}
