// How a client calls: every call has a deadline, and is retried under the same request id when the contract says that
// this may help. A lost answer then costs time, and nothing is done twice.
import { createClient as createStub, type Client as Stub, type Transport } from "@connectrpc/connect";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { callWithRetry, defaultRetry, type RetryOptions } from "./retry.ts";

export type CallOptions = {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** To repeat a call of another process. If absent, one is made. */
  readonly requestId?: string;
};

/** The generated clients over the client's connection: no retries, no deadlines, Connect's errors. */
export type Stubs = {
  readonly tasks: Stub<typeof TaskService>;
  readonly leases: Stub<typeof LeaseService>;
  readonly outputs: Stub<typeof OutputService>;
  readonly receipts: Stub<typeof ReceiptService>;
  readonly obligations: Stub<typeof ObligationService>;
  readonly queues: Stub<typeof QueueService>;
  readonly agents: Stub<typeof AgentService>;
  readonly nodes: Stub<typeof NodeService>;
  readonly schedules: Stub<typeof ScheduleService>;
  readonly machines: Stub<typeof MachineService>;
  readonly signals: Stub<typeof SignalService>;
  readonly system: Stub<typeof SystemService>;
};

type Bounds = { readonly signal?: AbortSignal; readonly timeoutMs: number };

export type Calls = {
  readonly stubs: Stubs;
  readonly retry: RetryOptions;
  /** Of a call that names none. */
  readonly timeoutMs: number;
  call<Answer>(options: CallOptions, send: (bounds: Bounds) => Promise<Answer>): Promise<Answer>;
};

const timeoutMsDefault = 30_000;

export function createCalls(
  transport: Transport,
  { timeoutMs = timeoutMsDefault, retry }: { readonly timeoutMs?: number; readonly retry?: Partial<RetryOptions> },
): Calls {
  const retryOptions: RetryOptions = { ...defaultRetry, ...retry };
  return {
    stubs: {
      tasks: createStub(TaskService, transport),
      leases: createStub(LeaseService, transport),
      outputs: createStub(OutputService, transport),
      receipts: createStub(ReceiptService, transport),
      obligations: createStub(ObligationService, transport),
      queues: createStub(QueueService, transport),
      agents: createStub(AgentService, transport),
      nodes: createStub(NodeService, transport),
      schedules: createStub(ScheduleService, transport),
      machines: createStub(MachineService, transport),
      signals: createStub(SignalService, transport),
      system: createStub(SystemService, transport),
    },
    retry: retryOptions,
    timeoutMs,
    call({ signal, requestId, ...options }, send) {
      const bounds = { signal, timeoutMs: options.timeoutMs ?? timeoutMs, requestId };
      return callWithRetry(retryOptions, bounds, (leftMs) => send({ ...(signal && { signal }), timeoutMs: leftMs }));
    },
  };
}

/** The options of a call that changes something, with its request id. */
export function withRequestId(options: CallOptions): CallOptions & { readonly requestId: string } {
  return { ...options, requestId: options.requestId ?? randomId() };
}

/** Browsers have `crypto.randomUUID` only on pages that came over TLS. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
