package dev.asyncgate.client;

import dev.asyncgate.v1.Agent;
import dev.asyncgate.v1.AgentSession;
import dev.asyncgate.v1.AgentStatus;
import dev.asyncgate.v1.CheckAgentsRequest;
import dev.asyncgate.v1.CheckAgentsResponse;
import dev.asyncgate.v1.DelegateToAgentRequest;
import dev.asyncgate.v1.GetAgentRequest;
import dev.asyncgate.v1.GetHandOffContractRequest;
import dev.asyncgate.v1.HandOffContract;
import dev.asyncgate.v1.ListAgentSessionsRequest;
import dev.asyncgate.v1.ListAgentSessionsResponse;
import dev.asyncgate.v1.ListAgentToolsRequest;
import dev.asyncgate.v1.ListAgentToolsResponse;
import dev.asyncgate.v1.ListAgentsRequest;
import dev.asyncgate.v1.ListAgentsResponse;
import dev.asyncgate.v1.ListHandOffContractsRequest;
import dev.asyncgate.v1.ListHandOffContractsResponse;
import dev.asyncgate.v1.OfferedTool;
import dev.asyncgate.v1.OverridePreflightRequest;
import dev.asyncgate.v1.PutHandOffContractRequest;
import dev.asyncgate.v1.PutHandOffContractResponse;
import dev.asyncgate.v1.RegisterAgentRequest;
import dev.asyncgate.v1.RegisterAgentResponse;
import dev.asyncgate.v1.RouteQuery;
import dev.asyncgate.v1.RouteTaskRequest;
import dev.asyncgate.v1.RouteTaskResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The registry of agents: who can do what, which of them a task belongs to, giving work to one, and
 * being present as one. A worker that does the tasks of an agent has the capability {@code agent:}
 * followed by the agent's id.
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

  /** Whether agents are well, by their endpoints and their live sessions. */
  public CheckAgentsResponse check(String... agentIds) {
    return check(CheckAgentsRequest.newBuilder().addAllAgentIds(List.of(agentIds)).build());
  }

  /** The same of those with a capability, or strictly: {@code NO_PROBES} does not pass then. */
  public CheckAgentsResponse check(CheckAgentsRequest which) {
    return calls.call(calls.stubs().agents(), stub -> stub.checkAgents(which));
  }

  /**
   * Lets an agent pass its preflight for some time, whatever its health; with zero, no longer. For
   * operators.
   */
  public void overridePreflight(String agentId, Duration span, String reason) {
    String requestId = Calls.newRequestId();
    OverridePreflightRequest request =
        OverridePreflightRequest.newBuilder()
            .setAgentId(agentId)
            .setDuration(Times.durationOf(span))
            .setReason(reason)
            .setRequestId(requestId)
            .build();
    calls.call(calls.stubs().agents(), requestId, stub -> stub.overridePreflight(request));
  }

  /** Keeps a contract by which work is handed over, or changes it. For operators. */
  public PutHandOffContractResponse putContract(HandOffContract contract) {
    String requestId = Calls.newRequestId();
    PutHandOffContractRequest request =
        PutHandOffContractRequest.newBuilder()
            .setContract(contract)
            .setRequestId(requestId)
            .build();
    return calls.call(calls.stubs().agents(), requestId, stub -> stub.putHandOffContract(request));
  }

  /** A contract by its name. */
  public HandOffContract contract(String name) {
    GetHandOffContractRequest request =
        GetHandOffContractRequest.newBuilder().setName(name).build();
    return calls
        .call(calls.stubs().agents(), stub -> stub.getHandOffContract(request))
        .getContract();
  }

  /** All contracts by name. */
  public Stream<HandOffContract> contracts() {
    return Calls.pages(
        token -> {
          ListHandOffContractsRequest wanted =
              ListHandOffContractsRequest.newBuilder().setPageToken(token).build();
          ListHandOffContractsResponse page =
              calls.call(calls.stubs().agents(), stub -> stub.listHandOffContracts(wanted));
          return new Calls.Page<>(page.getContractsList(), page.getNextPageToken());
        });
  }

  /** Is present as an agent, in one role, until the session is closed. */
  public OpenedAgentSession openSession(NewAgentSession session) {
    return OpenedAgentSession.open(calls, session);
  }

  /** The live sessions of an agent; all, if the id is empty. */
  public Stream<AgentSession> sessions(String agentId) {
    return sessions(only -> only.setAgentId(agentId));
  }

  /** Those that match: {@code sessions(only -> only.setName("nightly"))}. */
  public Stream<AgentSession> sessions(Consumer<ListAgentSessionsRequest.Builder> only) {
    ListAgentSessionsRequest.Builder request =
        Calls.filled(ListAgentSessionsRequest.newBuilder(), only);
    return Calls.pages(
        token -> {
          ListAgentSessionsRequest wanted = request.setPageToken(token).build();
          ListAgentSessionsResponse page =
              calls.call(calls.stubs().agents(), stub -> stub.listAgentSessions(wanted));
          return new Calls.Page<>(page.getSessionsList(), page.getNextPageToken());
        });
  }

  /** Ends a session by its id: one's own, or, for an operator, any. */
  public void closeSession(String agentSessionId, String reason) {
    OpenedAgentSession.close(calls, agentSessionId, reason);
  }
}
