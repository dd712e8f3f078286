// CreateTask as a rule: what makes two requests the same, and when a waiting task is over.
import { randomUUID } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnParentEnd, Preflight, TaskSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema, OnNameTaken } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { checkCreateTask, createTask, createTaskDigest, waitingFailTime } from "../../src/core/create-task.ts";
import { durationOfMs } from "../../src/core/duration.ts";
import { defaultLimits } from "../../src/core/limits.ts";

type Init = MessageInitShape<typeof CreateTaskRequestSchema>;
const request = (init: Init) => create(CreateTaskRequestSchema, { type: "t", ...init });
const digest = (init: Init) => Buffer.from(createTaskDigest(request(init))).toString("hex");
const json = (value: string) => ({ content: { case: "json", value } }) as const;

test("law 5: the order of labels, the trace and the call's id are not part of the request", () => {
  const labels = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 8 });
  fc.assert(
    fc.property(labels, fc.string(), fc.string(), (given, traceparent, requestId) => {
      const reversed = Object.fromEntries(Object.entries(given).reverse());
      expect(digest({ labels: reversed, traceContext: { traceparent }, requestId })).toBe(digest({ labels: given }));
    }),
  );
});

test("law 5: every other field is part of the request", () => {
  const who = { kind: PrincipalKind.AGENT, id: "a" };
  const at = timestampFromMs(1);
  const others: Init[] = [
    {},
    { type: "u" },
    { queue: "q" },
    { payload: json("1") },
    { labels: { a: "b" } },
    { labels: { a: "c" } },
    { requirements: { capabilities: ["gpu"] } },
    { priority: 5 },
    { maxAttempts: 3 },
    { retry: { multiplier: 2 } },
    { idempotencyKey: "k" },
    { notBefore: at },
    { delay: durationOfMs(1) },
    { startDeadline: at },
    { deadline: at },
    { attemptTimeout: durationOfMs(1) },
    { leaseTtl: durationOfMs(1) },
    { maxLeaseLosses: 20 },
    { expectedOutcome: { kind: "file" } },
    { obligated: who },
    { parentReceipts: ["p"] },
    { redriveOf: "r" },
    { name: "n" },
    { onNameTaken: OnNameTaken.REPLACE },
    { onParentEnd: OnParentEnd.KEEP },
    { scopes: [{ resource: "repo:a" }] },
    { preflight: Preflight.REQUIRED },
  ];
  expect(new Set(others.map(digest)).size).toBe(others.length);
  const plain = Object.keys(request({})).filter((name) => !name.startsWith("$"));
  const covered = new Set(others.flatMap((other) => Object.keys(other)));
  // Of the lease that a child is created under, its task is part of the request.
  for (const name of plain) expect([...covered, "requestId", "under"], name).toContain(name);
  const under = (token: string, taskId?: string) => createTaskDigest(request({ under: token }), taskId);
  expect(under("one", "p")).toEqual(under("two", "p"));
  expect(under("one", "p")).not.toEqual(under("one", "q"));
});

test("every rule between fields that a request breaks is named at once", () => {
  const bad = request({
    notBefore: timestampFromMs(1),
    delay: durationOfMs(1),
    obligated: { kind: PrincipalKind.SERVICE, id: "asyncgate" },
  });
  const { reason, facts } = checkCreateTask(bad, defaultLimits) ?? {};
  expect(reason).toBe(ErrorReason.INVALID_ARGUMENT);
  const violations = facts?.case === "violations" ? (facts.value?.violations ?? []) : [];
  expect(violations.map(({ field }) => field)).toEqual(["delay", "obligated.kind"]);
  expect(checkCreateTask(request({ deadline: timestampFromMs(1) }), defaultLimits)).toBeUndefined();
});

test("payload and parents may be as large as their limits, and no larger", () => {
  const { payload_bytes_max, receipt_parents_max } = defaultLimits;
  for (const over of [0, 1]) {
    const data = { content: { case: "data", value: new Uint8Array(payload_bytes_max + over) } } as const;
    const parentReceipts = Array.from({ length: receipt_parents_max + over }, (_, place) => `p${place}`);
    const reasons = [{ payload: data }, { parentReceipts }].map((init) =>
      checkCreateTask(request(init), defaultLimits),
    );
    const expected = over ? ErrorReason.LIMIT_EXCEEDED : undefined;
    expect(reasons.map((refusal) => refusal?.reason)).toEqual([expected, expected]);
  }
});

test("law 7: a task may be leased from its delay, its not_before, or at once, and never before now", () => {
  const now = new Date(100_000);
  const eligibleMs = (init: Init) => {
    const moment = { now, newId: () => randomUUID(), random: () => 0.5 };
    return createTask(request(init), { kind: PrincipalKind.AGENT, id: "a" }, moment).made.eligibleTime.getTime();
  };
  expect(eligibleMs({})).toBe(100_000);
  expect(eligibleMs({ delay: durationOfMs(5) })).toBe(100_005);
  expect(eligibleMs({ notBefore: timestampFromMs(100_007) })).toBe(100_007);
  expect(eligibleMs({ notBefore: timestampFromMs(99_999) })).toBe(100_000);
});

test("a waiting task is over at its deadline, or at its start deadline if no worker has ever held it", () => {
  const failMs = (deliveries: number, init: MessageInitShape<typeof TaskSchema>) =>
    waitingFailTime(create(TaskSchema, init), deliveries)?.getTime() ?? null;
  const [startDeadline, deadline] = [timestampFromMs(5), timestampFromMs(9)];
  expect(failMs(0, {})).toBeNull();
  expect(failMs(0, { startDeadline })).toBe(5);
  expect(failMs(0, { deadline })).toBe(9);
  expect(failMs(0, { startDeadline, deadline })).toBe(5);
  expect(failMs(0, { startDeadline: deadline, deadline: startDeadline })).toBe(5);
  expect(failMs(1, { startDeadline })).toBeNull();
  expect(failMs(1, { startDeadline, deadline })).toBe(9);
});
