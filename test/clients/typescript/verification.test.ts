// Handlers that verify, and handlers whose reports are rejected.
import { describe, expect, test } from "vitest";
import { type Job, TaskState } from "../../../clients/typescript/src/index.ts";
import { VerdictDecision } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { kitTimeoutMs, shareKit } from "./kit.ts";

type Payload = { readonly report: { readonly result: unknown }; readonly criteria: readonly string[] };

describe("a task whose work is verified", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags: ["--sweep-interval-ms", "100"] });

  test("is done again by a holder that has all findings, and succeeds when it is accepted", async () => {
    const kit = kitOf();
    const told: unknown[] = [];
    const executor = kit.startWorker({
      handlers: {
        total: (_input: unknown, { rejected, attempt }: Job) => {
          if (rejected) told.push([rejected.findings, rejected.result, rejected.attempt, rejected.executor?.kind]);
          return attempt;
        },
      },
    });
    const verifier = kit.startWorker({
      key: kit.keys.operator,
      handlers: {
        check: ({ report, criteria }: Payload, job: Job) => {
          if (report.result === 1) return job.verdict({ decision: "reject", findings: [...criteria, "no"] });
          const evidence = [{ kind: "log", uri: "s3://b/log", time: new Date() }];
          return job.verdict({ decision: "accept", confidence: 0.5, evidence });
        },
      },
    });
    const { taskId } = await kit.client.createTask({
      type: "total",
      verification: {
        verifier: { type: "check" },
        criteria: ["It is two."],
        evidenceRequired: ["log"],
        timeoutMs: 60_000,
      },
    });
    expect(await kit.client.result(taskId)).toBe(2);
    expect(told).toEqual([[["It is two.", "no"], 1, 1, 2]]);
    const { review, state } = await kit.client.getTask(taskId);
    expect(state).toBe(TaskState.SUCCEEDED);
    expect(review?.verdicts).toMatchObject([{ verdict: { decision: VerdictDecision.ACCEPT, confidence: 0.5 } }]);
    await Promise.all([executor.stop(), verifier.stop()]);
  });

  test("is not verified by a verdict that is made and not returned, or that says nothing", async () => {
    const kit = kitOf();
    const executor = kit.startWorker({ handlers: { total: () => 1 } });
    const errors: string[] = [];
    const verifier = kit.startWorker({
      key: kit.keys.operator,
      handlers: {
        forget: (_input: unknown, job: Job) => void job.verdict({ decision: "accept" }),
        odd: (_input: unknown, job: Job) => {
          try {
            return job.verdict({ decision: "perhaps" as never });
          } catch (error) {
            errors.push(String(error));
            throw error;
          }
        },
      },
    });
    for (const type of ["forget", "odd"]) {
      const verification = { verifier: { type }, onReject: "fail" } as const;
      const { taskId } = await kit.client.createTask({ type: "total", verification });
      const found = await kit.client.stubs.tasks.getTaskTree({ taskId });
      expect(found.nodes[0]?.taskId).toBe(taskId);
      await kit.client.cancelTask(taskId);
    }
    expect(errors.every((one) => one.includes("decision must be"))).toBe(true);
    await Promise.all([executor.stop(), verifier.stop()]);
  });
});
