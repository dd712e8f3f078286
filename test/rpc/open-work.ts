// A server with a real engine behind it, and a real clock: streams are as users have them.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { onTestFinished } from "vitest";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { registerServices } from "../../src/rpc/services/services.ts";
import { openTestEngine, type TestEngine, type TestEngineOptions } from "../helpers/engine.ts";
import { openGrpcJsStream, openWorkStream, type WorkStream } from "../helpers/work-stream.ts";
import { openTestServer, type ServerWishes } from "./test-server.ts";

export type OpenWork = Awaited<ReturnType<typeof openWork>>;

type Wishes = TestEngineOptions & { readonly endpoint?: ServerWishes; readonly of?: TestEngine };

/** Longer than any test: offers and sessions run out only where a test says so, not because a machine is slow. */
const patientBounds = { offerAcceptMs: 600_000, resumeGraceMs: 600_000 };

/** `of` is another server on the same database, with the same callers. */
export async function openWork({ of, endpoint: wishes, ...options }: Wishes = {}) {
  const clock = { now: () => new Date(), advance: () => {} };
  const shared = of && { databaseUrl: of.database.databaseUrl };
  const sessionBounds = { ...patientBounds, ...options.sessionBounds };
  const test = await openTestEngine({ clock, oneServer: true, pollsWaits: true, ...shared, ...options, sessionBounds });
  const tenant = of?.tenant ?? test.tenant;
  const keys = new Map<string, Caller>([
    ["worker-key", tenant.caller("worker", "w1")],
    ["other-key", tenant.caller("worker", "w2")],
    ["tasker-key", tenant.caller("agent", "alice")],
  ]);
  const endpoint = await openTestServer({
    services: (router, behind) => registerServices(router, behind, test.operations),
    authenticate: async (key) => keys.get(key),
    ...wishes,
  });
  onTestFinished(async () => {
    await endpoint.server.close({ graceMs: 0 });
    await test.operations.workEnded();
  });
  const transport = createGrpcTransport({ baseUrl: endpoint.url });
  const tasker = { headers: { authorization: "Bearer tasker-key" } };
  const tasks = createClient(TaskService, transport);
  return {
    ...{ test, tenant, endpoint, keys, transport, tasks, tasker },
    openGrpcJs: (key = "worker-key") => openGrpcJsStream(`127.0.0.1:${endpoint.port}`, key),
    open: (key = "worker-key"): WorkStream => openWorkStream(transport, key),
    async create(count: number, wish: { readonly queue?: string; readonly type?: string } = {}): Promise<string[]> {
      const asked = Array.from({ length: count }, () => ({ type: "work", ...wish }));
      const { results } = await tasks.createTasks({ tasks: asked }, tasker);
      return results.map(({ result }) => (result.case === "created" ? (result.value.task?.taskId ?? "") : ""));
    },
    /** By calls of the pulling form, until so many are had. */
    async claimAll(count: number): Promise<string[]> {
      const leases = createClient(LeaseService, transport);
      const found: string[] = [];
      while (found.length < count) {
        const maxTasks = Math.min(7, count - found.length);
        const { tasks: leased } = await leases.claimTasks(
          { maxTasks },
          { headers: { authorization: "Bearer worker-key" } },
        );
        found.push(...leased.map(({ task }) => task?.taskId ?? ""));
      }
      return found;
    },
    async read(taskId: string) {
      const { task } = await tasks.getTask({ taskId }, tasker);
      if (!task) throw new Error("there is no such task");
      return task;
    },
  };
}
