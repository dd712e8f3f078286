// A task whose creator enforces what its outcome must have.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CompleteTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { errorDetailOf } from "../../../src/core/error-detail.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import {
  broken,
  claim,
  complete,
  createOne,
  everything,
  fail,
  granted,
  held,
  openScenario,
  read,
  refused,
  release,
  result,
  type Scenario,
  start,
  story,
} from "../../helpers/scenario.ts";

const report = { kind: "report", uriPattern: "s3://reports/*.pdf", mediaType: "application/pdf" };
const contract = { expectedOutcome: { kind: "reports", required: [report, { kind: "log" }], enforce: true } };
const pdf = { kind: "report", uri: "s3://reports/2026/11.pdf", mediaType: "application/pdf" };
const log = { kind: "log", uri: "file:///logs/11.txt" };

test("a completion without the artifacts is refused, and the lease stays", async () => {
  const s = await openScenario();
  const leased = await held(s, contract);
  const before = await everything(s);
  const refusal = await refused(complete(s, leased, { artifacts: [pdf] }), ErrorReason.OUTCOME_INCOMPLETE);
  expect(refusal.facts).toMatchObject({
    case: "outcome",
    value: { count: 1, missing: [{ required: { kind: "log", min: 0 }, found: 0 }] },
  });
  expect(await everything(s)).toEqual(before);
  granted(await complete(s, leased, { artifacts: [log, pdf] }));
  expect(await read(s, leased.task.taskId)).toMatchObject({ state: TaskState.SUCCEEDED });
  expect(await story(s, leased.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
});

test("a stored result is no artifact", async () => {
  const s = await openScenario({ mode: LocatabilityMode.STRICT });
  const leased = await held(s, contract);
  await refused(complete(s, leased, result), ErrorReason.OUTCOME_INCOMPLETE);
});

test("the contract is held in every attempt, after a start, a failure and a release", async () => {
  const s = await openScenario();
  const first = await held(s, { ...contract, retry: { initialInterval: { seconds: 0n, nanos: 1_000_000 } } });
  await start(s, first);
  await refused(complete(s, first, result), ErrorReason.OUTCOME_INCOMPLETE);
  await fail(s, first, { error: broken });
  s.clock.advance(1_000);
  const second = await claim(s, {}, s.rival);
  await release(s, second, {}, s.rival);
  const third = await claim(s);
  await refused(complete(s, third, result), ErrorReason.OUTCOME_INCOMPLETE);
  granted(await complete(s, third, { artifacts: [log, pdf] }));
});

test("in a batch, each task has its own contract", async () => {
  const s = await openScenario();
  const bound = await held(s, contract);
  const free = await held(s);
  const requests = [bound, free].map(({ lease }) =>
    create(CompleteTaskRequestSchema, { leaseToken: lease.token, artifacts: [log] }),
  );
  const [first, second] = await s.operations.completeTasks(s.worker, requests);
  expect(first && isRefusal(first) && first.reason).toBe(ErrorReason.OUTCOME_INCOMPLETE);
  expect(second).toMatchObject({ discharged: true });
});

test("a repeated completion is answered as the first time", async () => {
  const s = await openScenario();
  const leased = await held(s, contract);
  const first = granted(await complete(s, leased, { artifacts: [log, pdf], requestId: "r" }));
  expect(granted(await complete(s, leased, { artifacts: [log, pdf], requestId: "r" }))).toEqual(first);
});

test("a task without a contract is still completed in one flight, and costs nothing", async () => {
  const one = await openScenario({ oneServer: true });
  const { operations, counted } = openCountedServer(one);
  const s: Scenario = { ...one, operations };
  const wanted = { expectedOutcome: { kind: "x", required: [{ kind: "log" }] } };
  const leased = await held(s, wanted);
  const before = counted.flights;
  granted(await complete(s, leased));
  expect(counted.flights - before).toBe(1);
});

test("a server that remembers the lease reads what the outcome must have", async () => {
  const one = await openScenario({ oneServer: true });
  const { operations } = openCountedServer(one);
  const s: Scenario = { ...one, operations };
  const leased = await held(s, contract);
  await refused(complete(s, leased, result), ErrorReason.OUTCOME_INCOMPLETE);
});

test("a contract that names nothing is refused at the creation", async () => {
  const s = await openScenario();
  await refused(createOne(s, { expectedOutcome: { enforce: true } }), ErrorReason.INVALID_ARGUMENT);
});

test("what is missing fits into a trailer, however long it is", async () => {
  const s = await openScenario();
  const long = { kind: "k".repeat(255), uriPattern: "u".repeat(255), mediaType: "m".repeat(127) };
  const leased = await held(s, {
    expectedOutcome: { required: Array.from({ length: 20 }, () => long), enforce: true },
  });
  const refusal = await refused(complete(s, leased, result), ErrorReason.OUTCOME_INCOMPLETE);
  expect(refusal.facts).toMatchObject({ value: { count: 20, missing: { length: 5 } } });
  expect(JSON.stringify(errorDetailOf(refusal, "c").facts).length).toBeLessThan(5_000);
});
