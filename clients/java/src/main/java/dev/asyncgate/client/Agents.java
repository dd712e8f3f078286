package dev.asyncgate.client;

import dev.asyncgate.v1.Agent;
import dev.asyncgate.v1.AgentStatus;
import dev.asyncgate.v1.DelegateToAgentRequest;
import dev.asyncgate.v1.GetAgentRequest;
import dev.asyncgate.v1.ListAgentToolsRequest;
import dev.asyncgate.v1.ListAgentToolsResponse;
import dev.asyncgate.v1.ListAgentsRequest;
import dev.asyncgate.v1.ListAgentsResponse;
import dev.asyncgate.v1.OfferedTool;
import dev.asyncgate.v1.RegisterAgentRequest;
import dev.asyncgate.v1.RegisterAgentResponse;
import dev.asyncgate.v1.RouteQuery;
import dev.asyncgate.v1.RouteTaskRequest;
import dev.asyncgate.v1.RouteTaskResponse;
import java.util.List;
import java.util.stream.Stream;

/**
 * The registry of agents: who can do what, which of them a task belongs to, and giving work to one.
 * A worker that does the tasks of an agent has the capability {@code agent:} followed by the
 * agent's id.
 */
public final class Agents {
  private final Calls calls;

  Agents(Calls calls) {
    this.calls = calls;
  }

  /** Registers an agent, or changes it. The answer says whether anything has changed. */
  public RegisterAgentResponse register(Agent agent) {
    String requestId = Calls.newRequestId();
    RegisterAgentRequest request =
        RegisterAgentRequest.newBuilder().setAgent(agent).setRequestId(requestId).build();
    return calls.call(calls.stubs().agents(), requestId, stub -> stub.registerAgent(request));
  }

  /** An agent as it is. */
  public Agent get(String agentId) {
    return get(agentId, 0);
  }

  /** An agent as it was in a version. */
  public Agent get(String agentId, long version) {
    GetAgentRequest request =
        GetAgentRequest.newBuilder().setAgentId(agentId).setVersion(version).build();
    return calls.call(calls.stubs().agents(), stub -> stub.getAgent(request)).getAgent();
  }

  /** All agents by id, or those with one of the statuses. */
  public Stream<Agent> list(AgentStatus... statuses) {
    ListAgentsRequest.Builder request =
        ListAgentsRequest.newBuilder().addAllStatuses(List.of(statuses));
    return Calls.pages(
        token -> {
          ListAgentsRequest wanted = request.setPageToken(token).build();
          ListAgentsResponse page =
              calls.call(calls.stubs().agents(), stub -> stub.listAgents(wanted));
          return new Calls.Page<>(page.getAgentsList(), page.getNextPageToken());
        });
  }

  /** What can be delegated to an agent; to all, if the id is empty. */
  public Stream<OfferedTool> tools(String agentId) {
    ListAgentToolsRequest.Builder request = ListAgentToolsRequest.newBuilder().setAgentId(agentId);
    return Calls.pages(
        token -> {
          ListAgentToolsRequest wanted = request.setPageToken(token).build();
          ListAgentToolsResponse page =
              calls.call(calls.stubs().agents(), stub -> stub.listAgentTools(wanted));
          return new Calls.Page<>(page.getToolsList(), page.getNextPageToken());
        });
  }

  /** Which agent the work that a text describes belongs to, and why. */
  public RouteTaskResponse route(String text) {
    return route(RouteQuery.newBuilder().setText(text).build());
  }

  /** The same by a domain, a capability, or the type of a task. */
  public RouteTaskResponse route(RouteQuery query) {
    RouteTaskRequest request = RouteTaskRequest.newBuilder().setQuery(query).build();
    return calls.call(calls.stubs().agents(), stub -> stub.routeTask(request));
  }

  /** Gives work to an agent, by its id or by a route: it becomes a task. */
  public Delegated delegate(Delegation delegation) {
    // With an idempotency key, the call is safe to repeat without a request id.
    String requestId = delegation.hasIdempotencyKey() ? null : Calls.newRequestId();
    DelegateToAgentRequest request = delegation.toMessage(requestId);
    return Delegated.of(
        calls.call(calls.stubs().agents(), requestId, stub -> stub.delegateToAgent(request)));
  }
}
