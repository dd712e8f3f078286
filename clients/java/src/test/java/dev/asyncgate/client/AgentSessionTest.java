package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.asyncgate.v1.Agent;
import dev.asyncgate.v1.AgentHealth;
import dev.asyncgate.v1.AgentRole;
import dev.asyncgate.v1.AgentSession;
import dev.asyncgate.v1.AgentSessionFacts;
import dev.asyncgate.v1.AgentTool;
import dev.asyncgate.v1.Artifact;
import dev.asyncgate.v1.CheckAgentsRequest;
import dev.asyncgate.v1.ErrorReason;
import dev.asyncgate.v1.HandOffContract;
import dev.asyncgate.v1.Preflight;
import dev.asyncgate.v1.PutHandOffContractResponse;
import dev.asyncgate.v1.ReceiptType;
import dev.asyncgate.v1.RequiredArtifact;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a real server, whose shortest TTL is a second. */
@EnabledIfEnvironmentVariable(
    named = "KIT_URL",
    matches = ".+",
    disabledReason = "test/clients/java starts the server")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AgentSessionTest {
  private final Client client = Client.connect(Kit.URL, Kit.OPERATOR_KEY);
  private final Agents agents = client.agents();

  /** An agent, and the type of the tasks that its tool becomes, which no other test has. */
  private final String kind = "java-" + UUID.randomUUID();

  @BeforeEach
  void register() {
    agents.register(
        Agent.newBuilder()
            .setAgentId(kind)
            .addRoles(AgentRole.AGENT_ROLE_EXECUTOR)
            .addTools(AgentTool.newBuilder().setName("act").setTaskType(kind))
            .build());
  }

  @AfterEach
  void end() {
    client.close();
  }

  private static AsyncGateException refused(ErrorReason reason, Runnable call) {
    AsyncGateException error = assertThrows(AsyncGateException.class, call::run);
    assertEquals(reason, error.reason());
    return error;
  }

  private List<String> names() {
    return agents.sessions(kind).map(AgentSession::getName).toList();
  }

  @Test
  void anAgentIsPresentInASessionWithAWorkerInIt() throws Exception {
    Delegation required = Delegation.to(kind).preflight(Preflight.PREFLIGHT_REQUIRED);
    refused(ErrorReason.ERROR_REASON_PREFLIGHT_FAILED, () -> agents.delegate(required));
    OpenedAgentSession session =
        agents.openSession(NewAgentSession.of(kind, kind).ttl(Duration.ofSeconds(2)));
    AsyncGateException collision =
        refused(
            ErrorReason.ERROR_REASON_SESSION_COLLISION,
            () -> agents.openSession(NewAgentSession.of(kind, kind)));
    AgentSessionFacts by =
        assertInstanceOf(AgentSessionFacts.class, collision.facts().orElseThrow());
    assertEquals(session.id(), by.getAgentSessionId());
    assertEquals(session.session().getHolder(), by.getHolder());
    assertTrue(by.getExpireTime().getSeconds() >= session.session().getCreateTime().getSeconds());
    WorkerBuilder builder =
        Kit.worker(Kit.URL, Kit.OPERATOR_KEY)
            .agentSession(session.id())
            .capabilities("agent:" + kind)
            .handle(kind, job -> "done");
    try (Kit.Running running = new Kit.Running(builder)) {
      Delegated given = agents.delegate(Delegation.to(kind));
      assertEquals(AgentHealth.AGENT_HEALTH_NO_PROBES, given.health());
      assertEquals("done", client.result(given.taskId(), String.class));
      String acceptedIn =
          client
              .receipts(given.taskId())
              .filter(receipt -> receipt.getType() == ReceiptType.RECEIPT_TYPE_TASK_ACCEPTED)
              .map(receipt -> receipt.getBody().getTaskAccepted().getAgentSession())
              .findFirst()
              .orElseThrow()
              .getAgentSessionId();
      assertEquals(session.id(), acceptedIn);
      running.heard(WorkerEvent.Settled.class);
    }
    // The end of the stream is the session's, and it is noticed.
    ExecutionException lost =
        assertThrows(
            ExecutionException.class,
            () -> session.ended().get(Kit.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    AsyncGateException why = assertInstanceOf(AsyncGateException.class, lost.getCause());
    assertEquals(ErrorReason.ERROR_REASON_AGENT_SESSION_NOT_FOUND, why.reason());
    session.close();
  }

  @Test
  void aSessionIsKeptForLongerThanItsTtlUntilItIsClosed() throws Exception {
    Duration ttl = Duration.ofSeconds(1);
    OpenedAgentSession left =
        agents.openSession(NewAgentSession.of(kind, kind + "-left").ttl(ttl).keep(false));
    OpenedAgentSession kept = agents.openSession(NewAgentSession.of(kind, kind).ttl(ttl));
    try (kept) {
      // The control: a session that is not kept ends by itself.
      while (names().contains(kind + "-left")) {
        Thread.sleep(50);
      }
      assertEquals(List.of(kind), names());
      refused(ErrorReason.ERROR_REASON_AGENT_SESSION_NOT_FOUND, left::keep);
      assertEquals(0, kept.keep().getLeases());
      assertFalse(kept.ended().isDone());
    }
    assertNull(kept.ended().get());
    assertEquals(List.of(), names());
  }

  @Test
  void anAgentThatIsNotThereFailsItsCheckUnlessAnOperatorLetsItPass() {
    CheckAgentsRequest strict =
        CheckAgentsRequest.newBuilder().addAgentIds(kind).setStrict(true).build();
    assertTrue(agents.check(kind).getPassed());
    assertFalse(agents.check(strict).getPassed());
    agents.overridePreflight(kind, Duration.ofMinutes(1), "it is well");
    assertTrue(agents.check(strict).getPassed());
    Task task =
        client
            .createTask(
                NewTask.of(kind)
                    .capabilities("agent:" + kind)
                    .preflight(Preflight.PREFLIGHT_REQUIRED))
            .task();
    assertEquals(Preflight.PREFLIGHT_REQUIRED, task.getPreflight());
  }

  @Test
  void workThatIsHandedOverMustFulfillTheContractThatItNames() throws Exception {
    RequiredArtifact sources = RequiredArtifact.newBuilder().setKind("sources").setMin(1).build();
    PutHandOffContractResponse put =
        agents.putContract(HandOffContract.newBuilder().setName(kind).addRequired(sources).build());
    assertTrue(put.getChanged());
    assertEquals(put.getContract(), agents.contract(kind));
    assertTrue(agents.contracts().anyMatch(put.getContract()::equals));
    Artifact found =
        Artifact.newBuilder().setKind("sources").setUri("https://example.org/sources").build();
    Handler research =
        job ->
            job.attempt() == 1
                ? job.handOff(HandOffTo.queue("elsewhere")).contract(kind)
                : Ending.Done.withoutResult()
                    .artifacts(found)
                    .next(NewTask.of(kind + "-next"))
                    .contract(kind);
    WorkerBuilder builder = Kit.worker(Kit.URL, Kit.OPERATOR_KEY).handle(kind, research);
    try (Kit.Running running = new Kit.Running(builder)) {
      NewTask task = NewTask.of(kind).retryAfter(Duration.ofMillis(10));
      Task ended = client.awaitTask(client.createTask(task).taskId(), Kit.PATIENCE);
      assertEquals(TaskState.TASK_STATE_SUCCEEDED, ended.getState());
      assertEquals(2, ended.getAttempt());
      AsyncGateException error =
          assertInstanceOf(
              AsyncGateException.class, running.heard(WorkerEvent.Refused.class).error());
      assertEquals(ErrorReason.ERROR_REASON_OUTCOME_INCOMPLETE, error.reason());
    }
  }
}
