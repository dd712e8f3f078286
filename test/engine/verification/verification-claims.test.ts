// Which principals get verification tasks, by each way of granting, and what verified tasks have to do with names,
// spending and other tenants.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnExceeded, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import { damage } from "../../helpers/ledger-scenario.ts";
import { queuesOf } from "../../helpers/operate.ts";
import {
  claim,
  claimAll,
  complete,
  createTask,
  granted,
  handOff,
  ms,
  progress,
  read,
  refused,
  result,
} from "../../helpers/scenario.ts";
import {
  accept,
  claimReview,
  claimReviews,
  give,
  heldVerified,
  judge,
  openReview,
  type ReviewScene,
  reported,
  verified,
} from "./scenes.ts";

const { FAILED, QUEUED, VERIFYING } = TaskState;

function waiting(s: ReviewScene, by: ReviewScene["worker"], maxTasks = 1) {
  const request = create(ClaimTasksRequestSchema, { wait: ms(50_000), queues: ["review"], maxTasks });
  return s.operations.claimTasksWaiting(by, request, new AbortController().signal);
}

test("law 21: of workers that wait together, the executor is passed over, and gets what is for it", async () => {
  const s = await openReview({ oneServer: true });
  const leased = await heldVerified(s);
  const [ofExecutor, ofVerifier] = [waiting(s, s.worker), waiting(s, s.verifier)];
  const done = granted(await complete(s, leased, result));
  expect((await ofVerifier)[0]?.task.taskId).toBe(done.verifications[0]?.taskId);
  const { taskId } = await createTask(s, { queue: "review" });
  expect((await ofExecutor)[0]?.task.taskId).toBe(taskId);
});

test("law 21: a claim that is shared with others leaves none short while there are tasks for it", async () => {
  const s = await openReview({ oneServer: true });
  for (let count = 0; count < 10; count += 1) await reported(s);
  const { taskId } = await createTask(s, { queue: "review", priority: 0 });
  const [ofExecutor, ofVerifier] = await Promise.all([waiting(s, s.worker, 3), waiting(s, s.verifier, 3)]);
  expect(ofExecutor.map(({ task }) => task.taskId)).toEqual([taskId]);
  expect(ofVerifier).toHaveLength(3);
});

test("law 21: a verification task is handed to no principal that has held what it verifies", async () => {
  const s = await openReview();
  await reported(s);
  const verification = await claimReview(s);
  const to = (id: string) => ({ to: { principal: { kind: PrincipalKind.WORKER, id } } });
  await refused(handOff(s, verification, to("wanda"), s.verifier), ErrorReason.VERIFIER_NOT_INDEPENDENT);
  granted(await handOff(s, verification, to("rita"), s.verifier));
  granted(await judge(s, await claimReview(s, s.rival), accept, s.rival));
});

test("a verdict by another tenant's verifier finds nothing", async () => {
  const s = await openReview();
  const other = (await s.makeTenant()).caller("agent", "vera", [Role.VERIFIER]);
  const { taskId } = await reported(s);
  expect(await claimReviews(s, other)).toEqual([]);
  const own = await claimReview(s);
  await refused(judge(s, own, accept, other), ErrorReason.NOT_HOLDER);
  expect((await read(s, taskId)).state).toBe(VERIFYING);
});

test("a name passes on when the report is accepted, and not before", async () => {
  const s = await openReview();
  const { taskId } = await createTask(s, verified({}, { name: "nightly" }));
  const next = [{ type: "t", queue: "later", name: "nightly" }];
  granted(await complete(s, await claim(s), { ...result, next } as never));
  expect((await read(s, "name:nightly")).taskId).toBe(taskId);
  await give(s, accept);
  const [later] = await claimAll(s, { queues: ["later"] });
  expect((await read(s, "name:nightly")).taskId).toBe(later?.task.taskId);
});

test("what is spent is counted with the report, and a budget of the tree ends what is being verified", async () => {
  const s = await openReview();
  const budget = { amounts: { usd: "1" }, onExceeded: OnExceeded.FAIL };
  const { taskId } = await createTask(s, verified({}, { budget }));
  const leased = await claim(s);
  granted(await complete(s, leased, { ...result, spend: { usd: "0.9" } }));
  expect((await read(s, taskId)).spent?.amounts).toEqual({ usd: "0.9" });
  const verification = await claimReview(s);
  granted(await progress(s, verification, { spend: { usd: "0.2" } }, s.verifier));
  await s.sweep();
  expect(await read(s, taskId)).toMatchObject({
    state: FAILED,
    outcome: { terminalReason: TerminalReason.BUDGET_EXCEEDED },
  });
  await refused(judge(s, verification, accept, s.verifier), ErrorReason.INVALID_TRANSITION);
});

test("law 9: a report or a verdict that is stored otherwise than on record is found", async () => {
  const s = await openReview({ ledgerMayDiffer: true });
  await reported(s, { verifiers: 2, acceptAt: 2 });
  await give(s, accept);
  expect((await checkLedger(s.engine)).differences).toEqual([]);
  await damage(s.database.databaseUrl, "update note set review = null");
  expect((await checkLedger(s.engine)).differences).toMatchObject([
    { what: "the stored review is not the one on record" },
  ]);
});

test("tasks that are verified are listed by their state, and count as blocked in their queue", async () => {
  const s = await openReview();
  const { taskId } = await reported(s, {}, { queue: "default", labels: { team: "a" } });
  await createTask(s);
  const list = async (states: TaskState[], more = {}) => {
    const request = create(ListTasksRequestSchema, { states, ...more });
    return granted(await s.operations.listTasks(s.operator, request)).tasks.map((task) => task.taskId);
  };
  expect(await list([VERIFYING])).toEqual([taskId]);
  expect(await list([VERIFYING], { labels: { team: "b" } })).toEqual([]);
  expect(await list([QUEUED, VERIFYING])).toHaveLength(3);
  const queues = await queuesOf(s);
  expect(queues.find(({ queue }) => queue === "default")).toMatchObject({ waiting: 1, blocked: 1 });
});
