// ExplainTask by scenario: what a person reads in each situation, and who may read it. WRITE_DOCS=1 writes what
// docs/explain.md shows of it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  type Explanation,
  ExplanationSchema,
  type Obstacle,
} from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { explanationLines } from "../../../src/cli/task/explain.ts";
import { object } from "../../../src/cli/views.ts";
import { explain, kinds } from "../../helpers/explain.ts";
import {
  afterMs,
  claimAll,
  createAll,
  createTask,
  everything,
  fail,
  granted,
  held,
  lose,
  minuteMs,
  msOf,
  onTask,
  openScenario,
  read,
  refused,
  renew,
  waitFor,
  wordOf,
} from "../../helpers/scenario.ts";
import { openSession, reportedOf } from "../../helpers/work.ts";
import { connectAll, type Situation, situations } from "./explain-situations.ts";

const page = fileURLToPath(new URL("../../../docs/explain.md", import.meta.url));

/** Ids and times differ from run to run. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "0198…")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-…Z");
}

function toldOf({ kind, sentence, advice }: Obstacle): string {
  const [word] = kinds([{ kind } as Obstacle]);
  return `\`${word}\` ${sentence}${advice === "" ? "" : ` → ${advice}`}`;
}

function rowOf(title: string, { state, unmet, delays }: Explanation): string {
  const told = [unmet, delays].map((list) => list.map(toldOf).join("<br>") || "–");
  return `| ${[title, wordOf(TaskState, state), ...told].join(" | ")} |`;
}

/** Compares what the page shows, or writes it. */
function expectShown(part: string, text: string): void {
  const marks = new RegExp(`(<!-- seen: ${part} -->\n)[\\s\\S]*?(<!-- end -->)`);
  const before = readFileSync(page, "utf8");
  const after = before.replace(
    marks,
    (_all, open: string, close: string) => `${open}\n${withoutIds(text)}\n\n${close}`,
  );
  if (process.env["WRITE_DOCS"] === "1") writeFileSync(page, after);
  else expect(before, "WRITE_DOCS=1 writes the page").toBe(after);
}

type Asked = { readonly told: Explanation; readonly task: Task; readonly nowMs: number };
const askedBefore = new Map<string, Promise<Asked>>();

/** Each situation is made once. */
function askIn({ title, make, limits = {}, isAboutWorkers }: Situation): Promise<Asked> {
  const before = askedBefore.get(title);
  if (before) return before;
  const asking = (async () => {
    const s = await openScenario({ limits });
    if (!isAboutWorkers) await connectAll(s);
    const taskId = await make(s);
    return { told: await explain(s, taskId), task: await read(s, taskId), nowMs: s.clock.now().getTime() };
  })();
  askedBefore.set(title, asking);
  return asking;
}

test.each(situations)("$title: it is told why", async (situation) => {
  const { told, task, nowMs } = await askIn(situation);
  expect(told).toMatchObject({ taskId: task.taskId, state: task.state, version: task.version });
  expect(msOf(told.time)).toBe(nowMs);
  for (const { sentence, kind } of [...told.unmet, ...told.delays]) {
    expect(kind).not.toBe(0);
    expect(sentence).toMatch(/^\S.*\.$/);
  }
  expect(`${told.summary} ${told.unmet.map(toldOf)}`).not.toMatch(/\b(?:unknown|undefined|null|NaN|Invalid)\b/i);
});

test("the page shows what is told in each situation", async () => {
  const rows: string[] = [];
  for (const situation of situations) rows.push(rowOf(situation.title, (await askIn(situation)).told));
  const head = ["| situation | state | unmet | delays |", "|---|---|---|---|"];
  expectShown("situations", [...head, ...rows].join("\n"));
});

test("the page shows what the command prints", async () => {
  const s = await openScenario();
  await openSession(s.operations, s.worker);
  const { taskId } = await createTask(s, { maxAttempts: 5, requirements: { capabilities: ["gpu"] } });
  const [first] = await claimAll(s, { capabilities: ["gpu"] });
  await fail(s, granted(first));
  s.clock.advance(10_000);
  const json = object(toJson(ExplanationSchema, await explain(s, taskId), { useProtoFieldName: true }));
  expectShown("example", ["```", ...explanationLines(json), "```"].join("\n"));
});

test("a caller that may not read a task is told that it does not exist", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  expect((await explain(s, taskId, s.agent)).taskId).toBe(taskId);
  await refused(explain(s, taskId, s.tenant.caller("agent", "bob")), ErrorReason.TASK_NOT_FOUND);
  await refused(explain(s, taskId, s.worker), ErrorReason.TASK_NOT_FOUND);
  granted(await claimAll(s));
  expect(kinds((await explain(s, taskId, s.worker)).unmet)).toEqual(["HELD"]);
  const { caller } = await s.makeTenant();
  await refused(explain(s, taskId, caller("human", "eve", [Role.OPERATOR])), ErrorReason.TASK_NOT_FOUND);
});

test("a task is named by its id or by its name", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { name: "nightly" });
  expect((await explain(s, "name:nightly", s.agent)).taskId).toBe(taskId);
  await refused(explain(s, "name:weekly", s.agent), ErrorReason.TASK_NOT_FOUND);
  await refused(explain(s, "name:nightly", s.tenant.caller("agent", "bob")), ErrorReason.TASK_NOT_FOUND);
});

test("the state of a task that it waits for is told to callers that may read that one", async () => {
  const s = await openScenario();
  const first = await createTask(s, {}, s.tenant.caller("agent", "bob"));
  const wait = waitFor(onTask(first.taskId, {}, "first"));
  const { taskId } = await createTask(s, { wait, obligated: s.agent.principal }, s.tenant.caller("agent", "bob"));
  const conditionFor = async (by = s.operator) => (await explain(s, taskId, by)).unmet[0]?.conditions[0];
  const common = { name: "first", group: 0, taskId: first.taskId };
  expect(await conditionFor()).toMatchObject({ ...common, taskState: TaskState.QUEUED });
  expect(await conditionFor(s.agent)).toMatchObject({ ...common, taskState: TaskState.UNSPECIFIED });
});

test("of many conditions, the first are shown and all are counted", async () => {
  const s = await openScenario();
  const wait = waitFor(...Array.from({ length: 30 }, (_, place) => afterMs((place + 1) * minuteMs)));
  const [told] = (await explain(s, (await createTask(s, { wait })).taskId)).unmet;
  expect(told?.conditions).toHaveLength(20);
  expect(told?.conditionsCount).toBe(30);
  expect(msOf(told?.until)).toBe(s.clock.now().getTime() + minuteMs);
  expect(told?.sentence).toContain("and 27 more");
});

test("tasks before it are counted in its lane alone, up to a thousand", async () => {
  const s = await openScenario();
  await createTask(s, { priority: 9 });
  await createTask(s, { type: "u" });
  const asked = Array.from({ length: 500 }, () => ({}));
  await createAll(s, asked);
  await createAll(s, asked);
  s.clock.advance(1);
  const before = await createTask(s);
  s.clock.advance(1);
  const last = await createTask(s);
  expect((await explain(s, before.taskId)).lane).toMatchObject({ priority: 5, ahead: 1_000, more: false });
  expect((await explain(s, last.taskId)).lane).toMatchObject({ ahead: 1_000, more: true });
});

test("connected workers are counted by what they can do, until their sessions end", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { requirements: { capabilities: ["gpu", "disk"] } });
  const connect = (capabilities: string[], by = s.worker, queues = ["default"], acceptTypes: string[] = []) =>
    openSession(s.operations, by, { kind: { queues, acceptTypes, capabilities } });
  const fitOf = async () => {
    const { fit } = await explain(s, taskId);
    return [fit?.workers, fit?.workersLookedAt, fit?.capabilities.map(({ workers }) => workers)];
  };
  expect(await fitOf()).toEqual([0, 0, [0, 0]]);
  await connect(["gpu"]);
  await connect(["gpu", "disk", "net"], s.rival, ["mail"]);
  await connect(["gpu", "disk"], s.rival, ["default"], ["u"]);
  expect(await fitOf()).toEqual([0, 3, [3, 2]]);
  const fitting = await connect(["gpu", "disk"], s.rival, ["mail", "default"], ["t"]);
  expect(await fitOf()).toEqual([1, 4, [4, 3]]);
  // Taken up again, a worker may offer something else.
  const { resumeToken } = fitting;
  const kind = { queues: ["default"], acceptTypes: [], capabilities: ["gpu"] };
  const again = await openSession(s.operations, s.rival, { resumeToken, kind });
  expect(await fitOf()).toEqual([0, 4, [4, 2]]);
  await s.operations.endWorkSession(s.rival, { session: again.session, why: "done" });
  expect(await fitOf()).toEqual([0, 3, [3, 2]]);
  s.clock.advance(minuteMs);
  expect(await fitOf()).toEqual([0, 0, [0, 0]]);
  await s.sweep();
  expect((await everything(s))["session_kind"]).toEqual([]);
});

test("heartbeats of a session and renewals count as being heard of", async () => {
  const s = await openScenario();
  const renewed = await held(s);
  s.clock.advance(30_000);
  const heard = async (taskId: string) => {
    const { holder } = await explain(s, taskId);
    return [(s.clock.now().getTime() - msOf(holder?.lastHeartbeatTime)) / 1_000, holder?.missed, holder?.onStream];
  };
  expect(await heard(renewed.task.taskId)).toEqual([30, 1, false]);
  await renew(s, [renewed]);
  expect(await heard(renewed.task.taskId)).toEqual([0, 0, false]);
  const opened = await openSession(s.operations, s.worker, { held: [renewed.lease.token] });
  s.clock.advance(20_000);
  expect(await heard(renewed.task.taskId)).toEqual([20, 0, true]);
  const reported = reportedOf(s.worker, [renewed.lease]);
  await s.operations.keepWorkSession(s.worker, { session: opened.session, reported });
  expect(await heard(renewed.task.taskId)).toEqual([0, 0, true]);
});

test("the last failure is told with its error, or with the worker that was lost", async () => {
  const s = await openScenario();
  const first = await held(s);
  const { taskId } = first.task;
  expect((await explain(s, taskId)).lastFailure).toBeUndefined();
  await lose(s);
  const lost = (await explain(s, taskId)).lastFailure;
  expect(lost).toMatchObject({ worker: { principal: s.worker.principal } });
  expect(lost?.error).toBeUndefined();
  const [second] = await claimAll(s);
  await fail(s, granted(second));
  const { lastFailure, tries } = await explain(s, taskId);
  expect(lastFailure).toMatchObject({ error: { type: "Broken" } });
  expect(lastFailure?.worker).toBeUndefined();
  expect(tries).toMatchObject({ attempt: 2, maxAttempts: 3, attemptsLeft: 1, leaseLosses: 1, deliveries: 2 });
});
