// What a session of an agent may get and do: by its role, its tree and its scopes. Others get the rest, as before.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CreateAs } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import {
  claimIn,
  closeSession,
  EXECUTOR,
  ORCHESTRATOR,
  openSession,
  registerPainter,
  VERIFIER,
} from "../../helpers/agent-sessions.ts";
import { register } from "../../helpers/agents.ts";
import {
  claim,
  claimAll,
  complete,
  createOne,
  createTask,
  granted,
  read,
  refused,
  release,
  result,
  type Scenario,
  suspend,
  ttlMs,
} from "../../helpers/scenario.ts";
import { addScopes, claimIds, heldScopes, listScopes, reads, scoped, writes } from "../../helpers/scopes.ts";
import { accept, openReview, reported, verified } from "../verification/scenes.ts";

async function open(more = {}) {
  const s = await openReview();
  await registerPainter(s, more);
  return s;
}

const idsOf = (leased: readonly { readonly task: { readonly taskId: string } }[]) =>
  leased.map(({ task }) => task.taskId);

test("a VERIFIER gets verification tasks and nothing else, the others all but these, in any order", async () => {
  const s = await open();
  const { taskId, done } = await reported(s);
  const [verification] = done.verifications;
  for (let count = 0; count < 3; count += 1) await createTask(s, { queue: "review", priority: 9 });
  const verifier = await openSession(s, { role: VERIFIER, name: "v" }, s.verifier);
  const executor = await openSession(s, { role: EXECUTOR, name: "e" }, s.second);
  const queues = { queues: ["review"], maxTasks: 1 };
  expect(idsOf(await claimIn(s, verifier.agentSessionId, queues, s.verifier))).toEqual([verification?.taskId]);
  expect(await claimIn(s, executor.agentSessionId, { queues: ["review"] }, s.second)).toHaveLength(3);
  expect(await claimIn(s, verifier.agentSessionId, queues, s.verifier)).toEqual([]);
  expect((await read(s, taskId)).taskId).toBe(taskId);
});

test("a VERIFIER gives a verdict; a verification that is kept in an EXECUTOR's session gets none", async () => {
  const s = await open();
  const first = await reported(s);
  const verifier = await openSession(s, { role: VERIFIER, name: "v" }, s.verifier);
  const [leased] = await claimIn(s, verifier.agentSessionId, { queues: ["review"] }, s.verifier);
  if (!leased) throw new Error("nothing was eligible");
  granted(await complete(s, leased, { verdict: accept }, s.verifier));
  expect((await read(s, first.taskId)).outcome).toBeDefined();
  await reported(s);
  const other = await claim(s, { queues: ["review"] }, s.verifier);
  const executor = await openSession(s, { role: EXECUTOR, name: "e" }, s.verifier);
  const held = [other.lease.token];
  const kind = { queues: [], acceptTypes: [], capabilities: [] };
  const { agentSessionId } = executor;
  const asked = { instance: "", kind, ttlWishMs: undefined, resumeToken: "", held, agentSessionId };
  const opened = await s.operations.openWorkSession(s.verifier, asked);
  expect(opened).toMatchObject({ agent: { role: EXECUTOR }, leases: [{ taskId: other.task.taskId }] });
  await refused(complete(s, other, { verdict: accept }, s.verifier), ErrorReason.AGENT_ROLE_BOUND);
  await closeSession(s, executor.agentSessionId, {}, s.verifier);
});

test("a verification task by its id is none for an EXECUTOR either", async () => {
  const s = await open();
  const { done } = await reported(s);
  const taskIds = done.verifications.map(({ taskId }) => taskId);
  const { agentSessionId } = await openSession(s, { role: EXECUTOR }, s.verifier);
  expect(await claimIn(s, agentSessionId, { taskIds, maxTasks: 0 }, s.verifier)).toEqual([]);
  expect(idsOf(await claimAll(s, { taskIds, maxTasks: 0 }, s.verifier))).toEqual(taskIds);
});

test.each([
  [EXECUTOR, false],
  [ORCHESTRATOR, true],
] as const)("only an ORCHESTRATOR creates tasks under those that it holds: role %i may: %s", async (role, may) => {
  const s = await open();
  await createTask(s);
  const { agentSessionId } = await openSession(s, { role });
  const [leased] = await claimIn(s, agentSessionId);
  if (!leased) throw new Error("nothing was eligible");
  const under = leased.lease.token;
  const isRefused = { reason: ErrorReason.AGENT_ROLE_BOUND };
  const child = await createOne(s, { under }, s.worker);
  const children = await suspend(s, leased, { create: [{ task: { type: "t" } }] });
  if (may) {
    granted(child);
    granted(children);
  } else {
    expect([child, children]).toMatchObject([isRefused, isRefused]);
    // Handing on is no tree.
    granted(await complete(s, leased, { ...result, next: [{ type: "t" }] }));
  }
});

test("a role binds the lease and not the task: its next holder without a session creates children", async () => {
  const s = await open();
  await createTask(s);
  const { agentSessionId } = await openSession(s);
  const [leased] = await claimIn(s, agentSessionId);
  if (!leased) throw new Error("nothing was eligible");
  const created = await createOne(s, { under: leased.lease.token }, s.worker);
  expect(created).toMatchObject({ reason: ErrorReason.AGENT_ROLE_BOUND });
  granted(await release(s, leased));
  const again = await claim(s);
  granted(await createOne(s, { under: again.lease.token }, s.worker));
  granted(await suspend(s, again, { create: [{ task: { type: "t" }, as: CreateAs.NEXT }] }));
});

test("an agent of one tree at a time is leased no task of another while it holds one", async () => {
  const s = await open({ oneTree: true });
  const root = await createTask(s, { type: "root" });
  const orchestrator = await claim(s, { acceptTypes: ["root"] }, s.worker);
  const under = orchestrator.lease.token;
  const other = await createTask(s);
  const child = granted(await createOne(s, { under }, s.worker)).task;
  const { agentSessionId } = await openSession(s, {}, s.rival);
  const own = (more = {}) => claimIn(s, agentSessionId, more, s.rival);
  // Of two trees that wait, one is begun.
  const [first] = await own();
  expect(first?.task.taskId).toBe(other.taskId);
  expect(await own()).toEqual([]);
  expect(await own({ taskIds: [child.taskId], maxTasks: 0 })).toEqual([]);
  if (first) granted(await complete(s, first, result, s.rival));
  const second = granted(await createOne(s, { under }, s.worker)).task;
  expect(idsOf(await own())).toEqual([child.taskId, second.taskId]);
  expect(child.rootTaskId).toBe(root.taskId);
});

test("a session that is bound to a task gets tasks of its tree; by name, of whichever bears it", async () => {
  const s = await open();
  const root = await createTask(s, { type: "root", name: "loop" });
  const orchestrator = await claim(s, { acceptTypes: ["root"] });
  const child = granted(await createOne(s, { under: orchestrator.lease.token }, s.worker)).task;
  for (let count = 0; count < 3; count += 1) await createTask(s, { priority: 9 });
  await refused(openSession(s, { binds: "name:none" }), ErrorReason.TASK_NOT_FOUND);
  await refused(openSession(s, { binds: "loop" }), ErrorReason.INVALID_ARGUMENT);
  const byId = await openSession(s, { binds: root.taskId, name: "by id" }, s.rival);
  const byName = await openSession(s, { binds: "name:loop", name: "by name" }, s.rival);
  const [leased] = await claimIn(s, byName.agentSessionId, { maxTasks: 1 }, s.rival);
  expect(leased?.task.taskId).toBe(child.taskId);
  if (leased) granted(await release(s, leased, {}, s.rival));
  expect(idsOf(await claimIn(s, byId.agentSessionId, {}, s.rival))).toEqual([child.taskId]);
  // The next generation bears the name.
  const next = { type: "next", name: "loop" };
  granted(await complete(s, orchestrator, { ...result, next: [next] }));
  expect(await claimIn(s, byId.agentSessionId, {}, s.rival)).toEqual([]);
  expect(await claimIn(s, byName.agentSessionId, {}, s.rival)).toMatchObject([{ task: { type: "next" } }]);
});

test("law 22: scopes of a session keep tasks and sessions out, except those that are claimed in it", async () => {
  const s = await open();
  const { agentSessionId } = await openSession(s, { scopes: writes("repo:shop") });
  const inside = await scoped(s, writes("repo:shop/api"), { priority: 9 });
  const outside = await scoped(s, writes("repo:site"));
  expect(await claimIds(s, { maxTasks: 1 }, s.rival)).toEqual([outside.taskId]);
  expect(await claimIds(s, {}, s.rival)).toEqual([]);
  const refusal = await refused(
    openSession(s, { name: "other", scopes: reads("repo:shop/web") }, s.rival),
    ErrorReason.SCOPE_HELD,
  );
  expect(refusal.facts).toMatchObject({
    value: { held: [{ agentSessionId, taskId: "", principal: { id: "wanda" } }] },
  });
  const { unmet } = await s.operations.explainTask(s.operator, inside);
  expect(unmet).toMatchObject([{ scope: { heldByAgentSessionId: agentSessionId, heldResource: "repo:shop" } }]);
  const [leased] = await claimIn(s, agentSessionId);
  expect(leased?.task.taskId).toBe(inside.taskId);
  if (leased) granted(await addScopes(s, leased, writes("repo:shop/db")));
  expect(await listScopes(s, "repo:shop")).toMatchObject([
    {
      resource: "repo:shop",
      mode: ScopeMode.WRITE,
      taskId: "",
      agentSessionId,
      holder: { principal: { id: "wanda" } },
    },
    { resource: "repo:shop/api", taskId: inside.taskId, agentSessionId: "" },
    { resource: "repo:shop/db" },
  ]);
});

test.each(["closed", "expired"] as const)("scopes of a session are free once it is %s", async (how) => {
  const s = await open();
  const { agentSessionId } = await openSession(s, { scopes: writes("repo:shop") });
  const { taskId } = await scoped(s, writes("repo:shop"));
  expect(await claimIds(s, {}, s.rival)).toEqual([]);
  if (how === "closed") await closeSession(s, agentSessionId);
  else {
    s.clock.advance(ttlMs);
    await s.sweep();
  }
  expect(await heldScopes(s)).toEqual([]);
  expect(await claimIds(s, {}, s.rival)).toEqual([taskId]);
});

test("a session holds nothing that a lease holds, its agent does not write, or another agent writes", async () => {
  const s = await open({ writeScopes: ["repo:shop"] });
  await register(s, "printer", { writeScopes: ["repo:paper"] });
  await register(s, "free");
  const held = await scoped(s, writes("repo:shop/api"));
  await claim(s, {}, s.rival);
  const refusal = await refused(openSession(s, { scopes: writes("repo:shop") }), ErrorReason.SCOPE_HELD);
  expect(refusal.facts).toMatchObject({ value: { held: [{ taskId: held.taskId, agentSessionId: "" }] } });
  await refused(openSession(s, { scopes: writes("repo:elsewhere") }), ErrorReason.INVALID_ARGUMENT);
  const foreign = openSession(s, { agentId: "free", scopes: writes("repo:paper/a") });
  await refused(foreign, ErrorReason.AGENT_SCOPE_TAKEN);
  await openSession(s, { scopes: [...reads("repo:paper"), ...writes("repo:shop/web")] });
});

test("a verified task is leased in a session like any other, and its report needs no role", async () => {
  const s = await open();
  const { taskId } = await createTask(s, verified());
  const { agentSessionId } = await openSession(s, {}, s.worker);
  const [leased] = await claimIn(s as Scenario, agentSessionId);
  if (leased) granted(await complete(s, leased));
  expect((await read(s, taskId)).state).not.toBe(0);
});
