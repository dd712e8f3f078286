// Write scopes with the kit: tasks that say what they work on, and handlers that add to it.
import { describe, expect, test } from "vitest";
import {
  AsyncGateError,
  type Client,
  ErrorReason,
  type HeldScope,
  type Job,
  ScopeMode,
} from "../../../clients/typescript/src/index.ts";
import { kitTimeoutMs, shareKit } from "./kit.ts";

async function listed(client: Client): Promise<HeldScope[]> {
  const scopes: HeldScope[] = [];
  for await (const scope of client.listScopes("repo:add")) scopes.push(scope);
  return scopes;
}

describe("a handler whose task has write scopes", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({});

  test("is told which, and runs alone on what it writes", async () => {
    const { client, startWorker } = kitOf();
    let running = 0;
    let most = 0;
    const handler = async (_input: unknown, job: Job) => {
      running += 1;
      most = Math.max(most, running);
      await job.progress({ message: "writing" });
      running -= 1;
      return job.task.scopes.map(({ resource, mode }) => [resource, mode]);
    };
    startWorker({ handlers: { write: handler } });
    const scopes = ["repo:kit/a", { read: "repo:kit/b" }, { write: "repo:kit/c" }];
    const created = await Promise.all([1, 2, 3].map(() => client.createTask({ type: "write", scopes })));
    for (const { taskId } of created) {
      expect(await client.result(taskId)).toEqual([
        ["repo:kit/a", ScopeMode.WRITE],
        ["repo:kit/b", ScopeMode.READ],
        ["repo:kit/c", ScopeMode.WRITE],
      ]);
    }
    expect(most).toBe(1);
  });

  test("adds scopes, sees them listed, and is told of those that another holds", async () => {
    const { client, startWorker } = kitOf();
    const holds = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const hold = async (_input: unknown, job: Job) => {
      await job.addScopes("repo:add/a", { read: "repo:add/b" });
      holds.resolve();
      await mayEnd.promise;
      return job.taskId;
    };
    const ask = async (_input: unknown, job: Job) => {
      await job.addScopes({ read: "repo:add/b" });
      const refused = await job.addScopes("repo:add").catch((error: unknown) => error);
      const { reason, facts } = refused as AsyncGateError;
      expect(refused).toBeInstanceOf(AsyncGateError);
      expect(reason).toBe(ErrorReason.SCOPE_HELD);
      return facts.case === "scopes" ? facts.value.held.map(({ heldResource }) => heldResource) : [];
    };
    startWorker({ handlers: { hold, ask } });
    const holder = await client.createTask({ type: "hold" });
    await holds.promise;
    const held = await listed(client);
    expect(held.map(({ resource, taskId }) => [resource, taskId])).toEqual([
      ["repo:add/a", holder.taskId],
      ["repo:add/b", holder.taskId],
    ]);
    const { taskId } = await client.createTask({ type: "ask" });
    expect(await client.result(taskId)).toEqual(["repo:add/a", "repo:add/b"]);
    mayEnd.resolve();
    expect(await client.result(holder.taskId)).toBe(holder.taskId);
    expect(await listed(client)).toEqual([]);
  });
});
