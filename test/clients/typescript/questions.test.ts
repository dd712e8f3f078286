// Handlers that ask: the task waits for an answer, and the handler is called again with it.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  AsyncGateError,
  createClient,
  ErrorReason,
  type Job,
  PrincipalKind,
} from "../../../clients/typescript/src/index.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { all, kitTimeoutMs, shareKit } from "./kit.ts";

const digest = createHash("sha256").update("deploy 1.4 to eu").digest();

describe("a task that asks", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit();

  test("is answered by its owner, once, and its next holder has answer and checkpoint", async () => {
    const kit = kitOf();
    const worker = kit.startWorker({
      handlers: {
        spend: (_input: unknown, job: Job) => {
          const answer = job.answer();
          if (answer) {
            const { outcome, answer: value, by, actionDigest } = answer;
            const isSame = Buffer.compare(actionDigest, digest) === 0;
            return { outcome, value: value ?? null, by: by?.id ?? "", isSame, checkpoint: job.checkpoint ?? null };
          }
          return job.ask({
            title: "How much?",
            text: "At most a hundred.",
            context: { left: 100 },
            answerSchema: { type: "object", properties: { usd: { type: "number", maximum: 100 } }, required: ["usd"] },
            actionDigest: digest,
            alsoAllowed: ["operator", { kind: PrincipalKind.HUMAN, id: "paul" }],
            expires: { after: "2d", otherwise: { answer: { usd: 0 } } },
            escalate: { after: "1d", to: { kind: PrincipalKind.HUMAN, id: "pia" } },
            checkpoint: { step: 1 },
          });
        },
      },
    });
    const { taskId } = await kit.client.createTask({ type: "spend", maxAttempts: 1 });
    expect(await worker.heard("settled")).toMatchObject({ ending: "asked" });
    expect(worker.stats()).toMatchObject({ asked: 1, running: 0 });
    const [question] = await all(kit.client.questions());
    if (!question) throw new Error("there is no question");
    expect(question).toMatchObject({
      taskId,
      title: "How much?",
      context: { left: 100 },
      answerSchema: { type: "object" },
    });
    const refused = await kit.client.answer(question, { usd: 200 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AsyncGateError);
    expect(refused).toMatchObject({ reason: ErrorReason.INVALID_ARGUMENT });
    const mine = { actionDigest: digest };
    expect(await kit.client.answer(question, { usd: 20 }, mine)).toMatchObject({ state: TaskState.QUEUED });
    const second = await kit.client.decline(question, "too late").catch((error: unknown) => error);
    expect(second).toMatchObject({ reason: ErrorReason.INPUT_ANSWERED });
    const expected = { outcome: "answered", value: { usd: 20 }, isSame: true, checkpoint: { step: 1 } };
    expect(await kit.client.result(taskId)).toMatchObject(expected);
    expect(await all(kit.client.questions())).toEqual([]);
    await worker.stop();
  });

  test("sees that its question was declined, and why; a role that it allowed may do so", async () => {
    const kit = kitOf();
    const worker = kit.startWorker({
      handlers: {
        risky: (_input: unknown, job: Job) =>
          job.answer("ok")?.reason ??
          job.ask({ title: "Dare?", name: "ok", options: ["yes"], alsoAllowed: ["operator"] }),
      },
    });
    const { taskId } = await kit.client.createTask({ type: "risky" });
    await worker.heard("settled");
    const [question] = await all(kit.client.questions());
    if (!question) throw new Error("there is no question");
    const operator = createClient({ endpoint: kit.server.url, key: kit.keys.operator });
    await operator.decline(question, "not today");
    operator.close();
    expect(await kit.client.result(taskId)).toBe("not today");
    await worker.stop();
  });

  test("fails its attempt if the question is not returned, or is refused", async () => {
    const kit = kitOf();
    const worker = kit.startWorker({
      handlers: {
        forgets: (_input: unknown, job: Job) => void job.ask({ title: "Hm?" }),
        patterns: (_input: unknown, job: Job) => job.ask({ title: "Hm?", answerSchema: { pattern: "(a+)+$" } }),
      },
    });
    for (const [type, why] of [
      ["forgets", /return what/],
      ["patterns", /pattern/],
    ] as const) {
      const { taskId } = await kit.client.createTask({ type, maxAttempts: 1 });
      await expect(kit.client.result(taskId)).rejects.toThrow(why);
    }
    await worker.stop();
  });
});
