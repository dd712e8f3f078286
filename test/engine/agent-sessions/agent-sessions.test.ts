// Sessions of agents: one for each name, alive as long as it is heard of; its end gives back what it holds.
import { expect, test } from "vitest";
import { AgentStatus } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  claimIn,
  closeSession,
  EXECUTOR,
  keepSession,
  listSessions,
  ORCHESTRATOR,
  opening,
  openSession,
  registerPainter,
} from "../../helpers/agent-sessions.ts";
import { register } from "../../helpers/agents.ts";
import { query } from "../../helpers/database.ts";
import {
  cancel,
  chain,
  claim,
  complete,
  createTask,
  everything,
  granted,
  ms,
  openScenario,
  read,
  refused,
  renew,
  type Scenario,
  sinceNowMs,
  story,
  ttlMs,
} from "../../helpers/scenario.ts";

const { AGENT_SESSION_NOT_FOUND, SESSION_COLLISION } = ErrorReason;

async function open(more = {}): Promise<Scenario> {
  const s = await openScenario();
  await registerPainter(s, more);
  return s;
}

test("of two sessions of one name, the second is refused, and told of the holder and until when", async () => {
  const s = await open();
  const first = await openSession(s, { ttl: ms(30_000) });
  const before = await everything(s);
  const refusal = await refused(openSession(s, {}, s.rival), SESSION_COLLISION);
  expect(refusal.facts).toMatchObject({
    case: "agentSession",
    value: { agentSessionId: first.agentSessionId, agentId: "painter", name: "nightly", holder: { id: "wanda" } },
  });
  expect(sinceNowMs(s, first.expireTime)).toBe(30_000);
  expect(await everything(s)).toEqual(before);
  expect(await openSession(s, { name: "daily" }, s.rival)).toMatchObject({ name: "daily", holder: { id: "rita" } });
});

test("a name is free again when its session was closed or has expired, swept or not", async () => {
  const s = await open();
  const first = await openSession(s);
  granted(await closeSession(s, first.agentSessionId));
  const second = await openSession(s, { scopes: [{ resource: "repo:a" }] });
  s.clock.advance(ttlMs);
  const third = await openSession(s, { scopes: [{ resource: "repo:a" }] }, s.rival);
  await s.sweep();
  expect((await listSessions(s)).sessions).toMatchObject([{ agentSessionId: third.agentSessionId }]);
  await refused(keepSession(s, second.agentSessionId), AGENT_SESSION_NOT_FOUND);
});

test("a repeated opening is answered with the session as it stands, until that has ended", async () => {
  const s = await open();
  const first = await openSession(s, { requestId: "r" });
  s.clock.advance(10_000);
  await keepSession(s, first.agentSessionId);
  const again = await openSession(s, { requestId: "r" });
  expect(again.agentSessionId).toBe(first.agentSessionId);
  expect(sinceNowMs(s, again.expireTime)).toBe(ttlMs);
  await refused(openSession(s, { requestId: "r", name: "other" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  await closeSession(s, first.agentSessionId);
  await refused(openSession(s, { requestId: "r" }), AGENT_SESSION_NOT_FOUND);
});

test("a session is opened for ACTIVE agents only, in a role that they have, by their principal", async () => {
  const s = await openScenario();
  const pia = { kind: PrincipalKind.WORKER, id: "rita" };
  await register(s, "painter", { roles: [EXECUTOR], principal: pia });
  await register(s, "old", { status: AgentStatus.RETIRED });
  await refused(openSession(s, { agentId: "none" }), ErrorReason.AGENT_NOT_FOUND);
  await refused(openSession(s, { agentId: "old" }), ErrorReason.AGENT_NOT_ACTIVE);
  await refused(openSession(s), ErrorReason.PERMISSION_DENIED);
  await refused(openSession(s, { role: ORCHESTRATOR }, s.rival), ErrorReason.INVALID_ARGUMENT);
  const only = granted(await s.operations.openAgentSession(s.rival, opening()));
  expect(only.session.role).toBe(EXECUTOR);
  await registerPainter(s);
  await refused(s.operations.openAgentSession(s.rival, opening({ name: "x" })), ErrorReason.INVALID_ARGUMENT);
});

test("heartbeats keep the session and all its leases; without one, they are lost together", async () => {
  const s = await open();
  const { agentSessionId } = await openSession(s);
  const taskIds = [(await createTask(s)).taskId, (await createTask(s)).taskId];
  const leased = await claimIn(s, agentSessionId);
  expect(leased.map(({ task }) => task.taskId)).toEqual(taskIds);
  for (let beat = 0; beat < 3; beat += 1) {
    s.clock.advance(ttlMs - 1);
    await s.sweep();
    expect(await keepSession(s, agentSessionId)).toMatchObject({ leases: 2, directives: [] });
  }
  await cancel(s, taskIds[0] ?? "", { gracePeriod: ms(600_000) });
  const { directives } = await keepSession(s, agentSessionId);
  expect(directives).toMatchObject([{ taskId: taskIds[0], cancelRequested: true }]);
  s.clock.advance(ttlMs);
  await refused(keepSession(s, agentSessionId), AGENT_SESSION_NOT_FOUND);
  await s.sweep();
  expect(await read(s, taskIds[1] ?? "")).toMatchObject({ state: TaskState.QUEUED, leaseLosses: 1 });
  expect(await query(s.database.databaseUrl, "select * from agent_session")).toEqual([]);
});

test("a lease of the session stays in it when it is renewed by itself, and keeps the session", async () => {
  const s = await open();
  const { agentSessionId } = await openSession(s);
  const { taskId } = await createTask(s);
  const leased = await claimIn(s, agentSessionId);
  s.clock.advance(ttlMs - 1);
  const [kept] = granted(await renew(s, leased, { leaseTtl: ms(5_000) }));
  expect(kept).toMatchObject({ taskId });
  s.clock.advance(ttlMs - 1);
  expect(await keepSession(s, agentSessionId)).toMatchObject({ leases: 1 });
  await closeSession(s, agentSessionId);
  expect(await story(s, taskId)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED", "LEASE_RELEASED"]);
});

test("a closed session gives its leases back, counted as nothing, and the receipts say why", async () => {
  const s = await open();
  const { agentSessionId } = await openSession(s);
  const { taskId } = await createTask(s);
  const [leased] = await claimIn(s, agentSessionId);
  const closed = granted(await closeSession(s, agentSessionId, { reason: "done for today", requestId: "c" }));
  expect(closed).toMatchObject({ session: { name: "nightly" }, leasesReleased: 1 });
  expect(await read(s, taskId)).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 0 });
  const released = (await chain(s, taskId)).find(({ type }) => type === ReceiptType.LEASE_RELEASED);
  expect(released?.body?.body.value).toMatchObject({
    reason: 'the agent session "nightly" was closed: done for today',
  });
  expect(await closeSession(s, agentSessionId, { reason: "done for today", requestId: "c" })).toEqual({
    leasesReleased: 0,
  });
  await refused(closeSession(s, agentSessionId), AGENT_SESSION_NOT_FOUND);
  await refused(claimIn(s, agentSessionId), AGENT_SESSION_NOT_FOUND);
  if (leased) await refused(complete(s, leased), ErrorReason.FENCED);
});

test("others neither keep, use nor close a session, and an operator's closing is on record", async () => {
  const s = await open();
  const { agentSessionId } = await openSession(s);
  await createTask(s);
  await refused(keepSession(s, agentSessionId, s.rival), AGENT_SESSION_NOT_FOUND);
  await refused(claimIn(s, agentSessionId, {}, s.rival), AGENT_SESSION_NOT_FOUND);
  await refused(closeSession(s, agentSessionId, {}, s.rival), AGENT_SESSION_NOT_FOUND);
  const before = await query(s.database.databaseUrl, "select * from audit");
  granted(await closeSession(s, agentSessionId, { reason: "stuck" }, s.operator));
  const audit = await query<{ subject: string; note: string }>(s.database.databaseUrl, "select * from audit");
  expect(audit).toHaveLength(before.length + 1);
  expect(audit.at(-1)).toMatchObject({ subject: "nightly", note: "session of worker:wanda: stuck" });
});

test("the accepted receipt names the session, its agent and the role; without a session it names none", async () => {
  const s = await open();
  const { agentSessionId } = await openSession(s);
  const first = await createTask(s);
  await claimIn(s, agentSessionId);
  const second = await createTask(s);
  await claim(s);
  const acceptedOf = async (taskId: string) =>
    (await chain(s, taskId)).find(({ type }) => type === ReceiptType.TASK_ACCEPTED)?.body?.body.value;
  const agentSession = { agentSessionId, name: "nightly", agentId: "painter", role: EXECUTOR };
  expect(await acceptedOf(first.taskId)).toMatchObject({ agentSession });
  expect(await acceptedOf(second.taskId)).not.toHaveProperty("agentSession", expect.anything());
});

test("sessions are listed in the order in which they were opened, of one agent or by name, in pages", async () => {
  const s = await open();
  await register(s, "printer");
  for (const name of ["a", "b", "c"]) await openSession(s, { name });
  await openSession(s, { agentId: "printer", name: "d" });
  const namesOf = ({ sessions }: Awaited<ReturnType<typeof listSessions>>) => sessions.map(({ name }) => name);
  expect(namesOf(await listSessions(s))).toEqual(["a", "b", "c", "d"]);
  expect(namesOf(await listSessions(s, { agentId: "printer" }))).toEqual(["d"]);
  expect(namesOf(await listSessions(s, { name: "b" }))).toEqual(["b"]);
  expect(namesOf(await listSessions(s, { name: "b", agentId: "printer" }))).toEqual([]);
  const page = await listSessions(s, { agentId: "painter", pageSize: 2 });
  expect(namesOf(page)).toEqual(["a", "b"]);
  const pageToken = page.nextPageToken;
  expect(namesOf(await listSessions(s, { agentId: "painter", pageSize: 2, pageToken }))).toEqual(["c"]);
});
