// Handlers that hand their task over: it goes to another worker, with a note, and nothing is counted.
import { describe, expect, test } from "vitest";
import type { Job } from "../../../clients/typescript/src/index.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { kitTimeoutMs, shareKit } from "./kit.ts";

const pdf = { kind: "pdf", uri: "s3://b/draft.pdf" };

describe("a task that is handed over", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit();

  test("goes to the queue of another worker, which gets note, references and checkpoint", async () => {
    const kit = kitOf();
    const writer = kit.startWorker({
      handlers: {
        report: (_input: unknown, job: Job) =>
          job.handOff({ to: { queue: "review" }, note: "check page 3", refs: [pdf], checkpoint: { page: 3 } }),
      },
    });
    const { taskId } = await kit.client.createTask({ type: "report", maxAttempts: 1, maxLeaseLosses: 1 });
    expect(await writer.heard("settled")).toMatchObject({ ending: "handedOff" });
    expect(writer.stats()).toMatchObject({ running: 0, handedOff: 1, completed: 0 });
    kit.startWorker({
      queues: ["review"],
      handlers: {
        report: (_input: unknown, { handedOver, checkpoint }: Job) => ({
          note: handedOver?.note ?? "",
          uris: handedOver?.refs.map(({ uri }) => uri) ?? [],
          isTimed: handedOver?.time !== undefined,
          checkpoint: checkpoint ?? null,
        }),
      },
    });
    const expected = { note: "check page 3", uris: [pdf.uri], isTimed: true, checkpoint: { page: 3 } };
    expect(await kit.client.result(taskId)).toEqual(expected);
    expect(await kit.client.getTask(taskId)).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 2 });
    await writer.stop();
  });

  test("that is made and not returned fails the attempt; one to none throws where it is made", async () => {
    const kit = kitOf();
    const worker = kit.startWorker({
      handlers: {
        forgets: (_input: unknown, job: Job) => void job.handOff({ to: { queue: "review" } }),
        none: (_input: unknown, job: Job) => job.handOff({ to: {} }),
      },
    });
    for (const type of ["forgets", "none"]) {
      const { taskId } = await kit.client.createTask({ type, maxAttempts: 1 });
      await expect(kit.client.result(taskId)).rejects.toThrow(/return what|must name/);
    }
    await worker.stop();
  });

  test("for an addressee is leased by no other principal", async () => {
    const kit = kitOf();
    const nowhere = { kind: PrincipalKind.WORKER, id: "not-here" };
    const addressed = await kit.client.createTask({ type: "mine", addressee: nowhere });
    const worker = kit.startWorker({ handlers: { mine: () => "done" } });
    const open = await kit.client.createTask({ type: "mine" });
    expect(await kit.client.result(open.taskId)).toBe("done");
    expect((await kit.client.getTask(addressed.taskId)).deliveries).toBe(0);
    await worker.stop();
  });
});
