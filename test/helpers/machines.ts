// A real server with the server's own runner of machines, on an engine with the real clock; tenants with clients, and
// with workers as agents.
import { onTestFinished } from "vitest";
import { type Client, createClient, createWorker, type Handler } from "../../clients/typescript/src/index.ts";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { createLog } from "../../src/log.ts";
import { createMetrics } from "../../src/rpc/metrics.ts";
import type { ServiceContext } from "../../src/rpc/server.ts";
import { registerServices } from "../../src/rpc/services/services.ts";
import { startInnerRunner } from "../../src/server/inner-runner.ts";
import { openEngineServer } from "../rpc/engine-server.ts";
import type { TestEngineOptions } from "./engine.ts";

const realClock = { now: () => new Date(), advance: () => {} };
const silent = createLog({ level: "error", now: () => new Date(0), write: () => {} });
export const waitMs = 20_000;

export async function openMachines(options: TestEngineOptions = {}) {
  let context: ServiceContext | undefined;
  const asked = { clock: realClock, pollsWaits: true, waitMaxMs: 50_000, oneServer: true, ...options };
  const opened = await openEngineServer(
    (engine) => ({
      services(router, behind) {
        context = behind;
        registerServices(router, behind, engine.operations);
      },
    }),
    asked,
  );
  const { operations, url, makeTenant, makeKey } = opened;
  const clientOf = (key: string): Client => {
    const client = createClient({ endpoint: url, key, retry: { attemptsMax: 1 } });
    onTestFinished(() => client.close());
    return client;
  };
  let calls = 0;
  /** The server's own runner, until the test or the returned function stops it. */
  const execute = (served: Operations = operations) => {
    if (!context) throw new Error("the server has no services yet");
    const runner = startInnerRunner({
      operations: served,
      context,
      messageBytesMax: 1_048_576,
      instance: "test",
      newId: () => `local-${++calls}`,
      log: silent,
      metrics: createMetrics(),
      random: Math.random,
      monotonicMs: () => performance.now(),
      jitter: 0,
    });
    onTestFinished(() => runner.stop());
    return () => runner.stop();
  };
  const openTenant = async (name: string) => {
    const tenantId = await makeTenant(name);
    const keyOf = (role: Role, id: string) => makeKey(tenantId, role, id);
    const workerKey = await keyOf(Role.WORKER, "worker");
    const client = clientOf(await keyOf(Role.TASKER, "alice"));
    return {
      tenantId,
      client,
      machines: client.machines,
      clientAs: async (role: Role, id: string) => clientOf(await keyOf(role, id)),
      keyOf,
      agents(handlers: Readonly<Record<string, (input: never) => unknown>>) {
        const worker = createWorker({
          endpoint: url,
          key: workerKey,
          handlers: handlers as Readonly<Record<string, Handler>>,
          thread: false,
          drainOn: [],
        });
        worker.run().catch(() => {});
        onTestFinished(() => worker.stop({ withinMs: 0 }).catch(() => {}));
        return worker;
      },
    };
  };
  return { ...opened, execute, openTenant };
}

export type MachineTenant = Awaited<ReturnType<Awaited<ReturnType<typeof openMachines>>["openTenant"]>>;

/** The output of an execution, or its error as text. */
export async function ended(client: Client, taskId: string): Promise<unknown> {
  const { state, outcome } = await client.awaitTask(taskId, { timeoutMs: waitMs });
  if (state === TaskState.SUCCEEDED) return JSON.parse(String(outcome?.result?.content.value));
  const name = Object.entries(TaskState).find(([, value]) => value === state)?.[0];
  return `${name} ${outcome?.error?.type ?? ""}`;
}
