// A client's machines: multi-agent workflows as documents, and their executions. An execution is a task: what is not
// here is done with its id, by `awaitTask`, `result`, `watchTask` and `cancelTask`.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type {
  CloneExecutionResponse,
  MachineExecution,
  PutMachineResponse,
  RetryExecutionResponse,
  StartMachineResponse,
  StoredMachine,
  ValidateMachineResponse,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { amountsOf } from "./amounts.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import type { NewTask } from "./new-task.ts";

/** A document: its text in YAML or JSON, or its value. */
export type MachineDocument = string | JsonObject;

/** A stored machine by its name, in its latest version or in one; or a document. */
export type MachineSource =
  | { readonly name: string; readonly version?: string }
  | { readonly document: MachineDocument };

export type GoOnInit = {
  /** The name of the execution's task, under which calls find it while it lives. */
  readonly name?: string;
  /** What it and the tasks under it may spend. */
  readonly budget?: NewTask["budget"];
};

export type StartInit = GoOnInit & {
  /** What it begins with. If absent, an empty object. */
  readonly input?: JsonValue;
};

export type StoredDocument = { readonly machine?: StoredMachine | undefined; readonly document: JsonObject };

export type Machines = {
  /** Starts an execution. Its task is there when this returns: `client.result(taskId)` waits for what it comes to. */
  start(source: MachineSource, init?: StartInit, options?: CallOptions): Promise<StartMachineResponse>;
  /** How far an execution is, what it waits for and what it has cost. */
  execution(taskId: string, options?: CallOptions): Promise<MachineExecution | undefined>;
  /** A further execution from where another one is. */
  clone(taskId: string, init?: GoOnInit, options?: CallOptions): Promise<CloneExecutionResponse>;
  /** A further execution from the state in which another one has failed or was canceled. */
  retry(taskId: string, init?: GoOnInit, options?: CallOptions): Promise<RetryExecutionResponse>;
  /** Every fault of a document. */
  validate(document: MachineDocument, options?: CallOptions): Promise<ValidateMachineResponse>;
  /** Keeps a document as a version of its machine. */
  put(document: MachineDocument, options?: CallOptions): Promise<PutMachineResponse>;
  get(name: string, version?: string, options?: CallOptions): Promise<StoredDocument>;
  /** The stored machines, each in its latest version; or all versions of one, newest first. */
  list(name?: string, options?: CallOptions): AsyncGenerator<StoredMachine>;
};

export function machinesOf({ stubs, call }: Calls): Machines {
  const { machines: stub } = stubs;
  /** Each is sent under a request id, so that it may be repeated. */
  const send = async <Answer>(
    options: CallOptions,
    asks: (requestId: string, bounds: Parameters<Parameters<Calls["call"]>[1]>[0]) => Promise<Answer>,
  ): Promise<Answer> => {
    const keyed = withRequestId(options);
    return await call(keyed, (bounds) => asks(keyed.requestId, bounds));
  };
  return {
    start: (source, init = {}, options = {}) =>
      send(options, (requestId, bounds) => {
        const input = init.input === undefined ? "" : JSON.stringify(init.input);
        return stub.startMachine({ ...sourceOf(source), ...goOnOf(init), input, requestId }, bounds);
      }),
    execution: async (taskId, options = {}) =>
      (await call(options, (bounds) => stub.getExecution({ taskId }, bounds))).execution,
    clone: (taskId, init = {}, options = {}) =>
      send(options, (requestId, bounds) => stub.cloneExecution({ ...goOnOf(init), taskId, requestId }, bounds)),
    retry: (taskId, init = {}, options = {}) =>
      send(options, (requestId, bounds) => stub.retryExecution({ ...goOnOf(init), taskId, requestId }, bounds)),
    validate: (document, options = {}) =>
      call(options, (bounds) => stub.validateMachine({ document: textOf(document) }, bounds)),
    put: (document, options = {}) =>
      send(options, (requestId, bounds) => stub.putMachine({ document: textOf(document), requestId }, bounds)),
    get: async (name, version = "", options = {}) => {
      const { machine, document } = await call(options, (bounds) => stub.getMachine({ name, version }, bounds));
      return { machine, document: JSON.parse(document) as JsonObject };
    },
    async *list(name = "", options = {}) {
      for (let pageToken = ""; ; ) {
        const answer = await call(options, (bounds) => stub.listMachines({ name, pageToken }, bounds));
        yield* answer.machines;
        if (answer.nextPageToken === "") return;
        pageToken = answer.nextPageToken;
      }
    },
  };
}

function sourceOf(source: MachineSource) {
  if ("document" in source) return { document: textOf(source.document) };
  return { name: source.name, version: source.version ?? "" };
}

function goOnOf({ name = "", budget }: GoOnInit) {
  return { executionName: name, ...(budget && { budget: { ...budget, amounts: amountsOf(budget.amounts) } }) };
}

/** JSON is YAML. */
function textOf(document: MachineDocument): string {
  return typeof document === "string" ? document : JSON.stringify(document);
}
