// Signals with the kit: a handler waits for a word, a client or another handler sends it.
import { describe, expect, test } from "vitest";
import { after, anyOf, ErrorReason, type Job, signal } from "../../../clients/typescript/src/index.ts";
import { kitTimeoutMs, shareKit } from "./kit.ts";

describe("a handler that waits for signals", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags: ["--sweep-interval-ms", "100"] });

  test("gets what was sent to its task, before and while it waits", async () => {
    const { client, startWorker } = kitOf();
    const handler = (_input: unknown, job: Job) => {
      const approved = job.waitResult("approval")?.signals[0];
      if (approved) return { by: approved.from?.id, payload: approved.payload, sent: approved.sentAt instanceof Date };
      return job.suspend({ wait: anyOf(signal("", { name: "approval" }), after("1h")) });
    };
    startWorker({ handlers: { publish: handler } });
    const { taskId } = await client.createTask({ type: "publish" });
    const sent = await client.sendSignal({ taskId }, { payload: { approved: true } });
    expect(sent.signalId).not.toBe("");
    const result = await client.result(taskId);
    expect(result).toEqual({ by: expect.any(String), payload: { approved: true }, sent: true });
  });

  test("waits for several on a channel, and is told of each", async () => {
    const { client } = kitOf();
    const wait = signal("votes", { count: 3, name: "votes" });
    const { taskId } = await client.createTask({ type: "count", wait });
    const answers = [];
    for (const vote of ["yes", "no", "yes"])
      answers.push(await client.sendSignal("votes", { payload: vote, ttl: "1h" }));
    expect(answers.map(({ takenByTaskId }) => takenByTaskId)).toEqual([undefined, undefined, taskId]);
    expect(answers[0]?.keepUntil).toBeInstanceOf(Date);
    const handler = (_input: unknown, job: Job) => job.waitResult("votes")?.signals.map(({ payload }) => payload);
    kitOf().startWorker({ handlers: { count: handler } });
    expect(await client.result(taskId)).toEqual(["yes", "no", "yes"]);
  });

  test("sends signals itself, to its own task and, where it may, on channels", async () => {
    const { client, keys, startWorker } = kitOf();
    const { taskId: listener } = await client.createTask({ type: "listen", wait: signal("done") });
    const handler = async (_input: unknown, job: Job) => {
      if (job.waitResults.length > 0) return job.waitResults[0]?.signals[0]?.payload;
      await job.sendSignal(job, { payload: "note to self" });
      await job.sendSignal("done", { payload: "it is done", broadcast: true });
      return job.suspend({ wait: signal() });
    };
    startWorker({
      key: keys.operator,
      handlers: { work: handler, listen: (_i: unknown, job: Job) => job.waitResults[0]?.signals[0]?.payload },
    });
    const { taskId } = await client.createTask({ type: "work" });
    expect(await client.result(taskId)).toBe("note to self");
    expect(await client.result(listener)).toBe("it is done");
    const forbidden = startWorker({
      handlers: { quiet: (_i: unknown, job: Job) => job.sendSignal("done").catch((error) => error.reason) },
    });
    const quiet = await client.createTask({ type: "quiet" });
    expect(await client.result(quiet.taskId)).toBe(ErrorReason.PERMISSION_DENIED);
    await forbidden.stop();
  });
});
