// A runner in this process: a worker of the kit for executions of machines, with one credential of the role `executor`.
import type { Transport } from "@connectrpc/connect";
import { clientOf } from "../../../clients/typescript/src/client.ts";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import { createWorker } from "../../../clients/typescript/src/worker.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import { machineTaskType } from "../interpreter/requests.ts";
import { createMachineHandler, type MachineHandlerOptions } from "./machine-handler.ts";

/** A server and a key for it, or a transport that the program has. */
export type RunnerServer = { readonly endpoint: string; readonly key: string } | { readonly transport: Transport };

export type RunnerOptions = Omit<MachineHandlerOptions, "client"> & {
  /** How many executions make a step at once. If absent, 32: a step is some milliseconds. */
  readonly slots?: number;
  /** How long a step keeps its lease when its runner dies. If absent, the server's default. */
  readonly leaseTtlMs?: number;
  readonly version?: string;
  /** For people: which process it is. */
  readonly instance?: string;
  readonly onEvent?: (event: WorkerEvent) => void;
};

export type Runner = {
  /** Resolves when it has stopped; rejects if no stream can be opened. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
};

const slotsDefault = 32;
/** A step that takes longer waits for a server. */
const drainWithinMs = 5_000;

export function startRunner({ slots = slotsDefault, ...options }: RunnerOptions & RunnerServer): Runner {
  const { version, instance, leaseTtlMs, onEvent, ...own } = options;
  const { client, reached } = reach(options);
  const handler = createMachineHandler({ ...own, client });
  const worker = createWorker({
    ...reached,
    slots,
    handlers: { [machineTaskType]: handler as never },
    name: "machines",
    thread: false,
    drainOn: [],
    drainWithinMs,
    ...(leaseTtlMs !== undefined && { leaseTtlMs }),
    ...(version !== undefined && { version }),
    ...(instance !== undefined && { instance }),
    ...(onEvent && { onEvent }),
  });
  const finished = worker.run().finally(() => client.close());
  return { finished, stop: () => worker.stop().catch(() => {}) };
}

function reach(server: RunnerServer) {
  if ("transport" in server) {
    const { transport } = server;
    return { client: clientOf({ transport, close: () => {} }, {}), reached: { transport, endpoint: "" } };
  }
  const { endpoint, key } = server;
  return { client: createClient({ endpoint, key }), reached: { endpoint, key } };
}
