// The task runner by itself, with an outbox that nothing empties, as while a server is away.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Handler, Job } from "../../../clients/typescript/src/job.ts";
import { createOutbox } from "../../../clients/typescript/src/outbox.ts";
import { createTaskRunner } from "../../../clients/typescript/src/task-runner.ts";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { OfferSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

/** Runs one handler to its end. */
async function run(handler: (job: Job) => Promise<void>) {
  const outbox = createOutbox();
  const ended = Promise.withResolvers<void>();
  const work: Handler = (_input, job) => handler(job);
  let ids = 0;
  const runner = createTaskRunner({
    handlers: new Map([["work", work]]),
    start: false,
    emit: () => {},
    addScopes: () => Promise.reject(new Error("there is no connection")),
    sendSignal: () => Promise.reject(new Error("there is no connection")),
    nextRequestId: () => String(++ids),
    put: outbox.put,
    replace: outbox.replace,
    waiting: () => outbox.waiting,
    createTask: () => Promise.reject(new Error("no task is created here")),
    onChange: ended.resolve,
  });
  const task = create(TaskSchema, { taskId: "t", type: "work" });
  const held = runner.take(create(OfferSchema, { leased: { task, lease: { leaseId: "l", taskId: "t", token: "k" } } }));
  if (!held) throw new Error("the offer was not taken");
  runner.begin(held);
  await ended.promise;
  return outbox;
}

test("reports for the ledger are bounded while nothing can be sent, and the task is settled all the same", async () => {
  const reports: Promise<void>[] = [];
  const outbox = await run(async (job) => {
    for (let count = 0; count < 20_000; count += 1) reports.push(job.progress({ message: "m", receipted: true }));
  });
  await expect(reports.at(-1)).rejects.toThrow(/wait to be sent/);
  // The accept, the reports up to the bound, and the completion.
  expect(outbox.waiting).toBe(10_000 + 1);
});

test("reports that may be merged wait as one, however many there are", async () => {
  const outbox = await run(async (job) => {
    for (let percent = 0; percent < 20_000; percent += 1) void job.progress({ percent: percent % 100 });
  });
  expect(outbox.waiting).toBe(3);
});
