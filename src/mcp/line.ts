// What the bridge calls: the contract over a transport, with the credential of the caller that it serves. The bridge
// itself knows no tenant, no key and no rule.
import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { AgentService } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import type { ErrorDetail } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";

export type Line = {
  readonly transport: Transport;
  /** The credential, as every call carries it, and the trace that the host's request came in. */
  readonly headers: Readonly<Record<string, string>>;
};

/** For the calls that a request causes: its host tells in `_meta` which trace it belongs to. */
export function inTraceOf(line: Line, meta: unknown): Line {
  const traceparent: unknown = Reflect.get(Object(meta), "traceparent");
  const tracestate: unknown = Reflect.get(Object(meta), "tracestate");
  // Anything else could not be sent as a header.
  const isHeader = (value: unknown): value is string => typeof value === "string" && /^[\x20-\x7e]{1,512}$/.test(value);
  if (!isHeader(traceparent)) return line;
  const { tracestate: _, ...headers } = line.headers;
  return { ...line, headers: { ...headers, traceparent, ...(isHeader(tracestate) && { tracestate }) } };
}

/** The services that have tools or resources. */
export const services: readonly DescService[] = [
  TaskService,
  LeaseService,
  OutputService,
  ReceiptService,
  ObligationService,
  QueueService,
  AgentService,
  NodeService,
  ScheduleService,
  MachineService,
  SignalService,
  SystemService,
];

const methods = new Map(
  services.flatMap((service) => service.methods).map((method) => [`${method.parent.typeName}/${method.name}`, method]),
);

export function methodNamed(service: string, name: string): DescMethod {
  const method = methods.get(`${service}/${name}`);
  if (method === undefined) throw new Error(`the contract has no ${service}/${name}`);
  return method;
}

export async function callMethod(
  { transport, headers }: Line,
  method: DescMethod,
  request: Message,
  signal?: AbortSignal,
): Promise<Message> {
  const unary = method as DescMethod & { methodKind: "unary" };
  const { message } = await transport.unary(unary, signal, undefined, headers, request as never);
  return message as Message;
}

/** What the server said about a call that failed; undefined where it said nothing of its own. */
export function detailOf(thrown: unknown): ErrorDetail | undefined {
  return ConnectError.from(thrown).findDetails(ErrorDetailSchema)[0];
}
