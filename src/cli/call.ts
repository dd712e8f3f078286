// A command for every unary RPC except administration: `asyncgate get-task '{"task_id": "…"}'`. Request and answer are
// JSON by the contract's descriptors, so a new RPC becomes a command without a change here.
import { type DescMethod, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { AdminService } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { AgentService } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorDetailSchema, ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { methodOptions } from "../core/method-options.ts";
import { hideJson, showJson } from "../facade/json-fields.ts";
import { readable } from "../wire/json-answer.ts";
import { jsonViolations } from "../wire/json-request.ts";
import { duplicateKey } from "../wire/json-text.ts";
import { CallFailed, type Command, type Context, UsageError } from "./command.ts";
import { readDevKeys } from "./serve.ts";
import { keyFrom, urlFrom } from "./target.ts";

const services = [
  TaskService,
  LeaseService,
  OutputService,
  ReceiptService,
  ObligationService,
  ScheduleService,
  MachineService,
  SignalService,
  QueueService,
  AgentService,
  SystemService,
];

/** `create-task` for CreateTask. */
export function commandName(method: DescMethod): string {
  return method.name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

export const callCommands: ReadonlyMap<string, Command> = new Map(
  services
    .flatMap((service) => service.methods)
    .filter((method) => method.methodKind === "unary")
    .map((method) => [commandName(method), callCommand(method)]),
);

function callCommand(method: DescMethod): Command {
  return {
    usage: `${commandName(method)} '<${method.input.name} as JSON>'`,
    about: `${method.parent.name}.${method.name}`,
    takesServerFlags: false,
    async run(context) {
      const [text = "{}", ...rest] = context.arguments;
      if (rest.length > 0) throw new UsageError("expected one JSON document: put it in quotes");
      const answer = await callMethod(context, method, requestIn(method, text));
      context.terminal.print(JSON.stringify(answer, undefined, 2));
      return 0;
    },
  };
}

/** An id of a task, or `name:` and its name, stands for a request that names nothing else. */
const taskShape = /^(name:.+|[0-9a-f]{8}-[0-9a-f-]{27})$/isu;

function requestIn({ input }: DescMethod, text: string): JsonValue {
  const isTask = taskShape.test(text) && input.fields.some(({ name }) => name === "task_id");
  return isTask ? { task_id: text } : parseJson(text);
}

export function parseJson(text: string): JsonValue {
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new UsageError(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const key = duplicateKey(text);
  if (key !== undefined) throw new UsageError(`the key "${key}" is given twice`);
  return json;
}

export function methodNamed(name: string): DescMethod {
  const method = services
    .flatMap((service) => service.methods as readonly DescMethod[])
    .find((one) => one.name === name);
  if (!method) throw new Error(`the contract has no method ${name}`);
  return method;
}

/** A server and the credential for it. */
export type Target = { readonly transport: Transport; readonly key: string };

/** Calls a method and returns its answer as JSON with the contract's field names. */
export async function callMethod(context: Context, method: DescMethod, request: JsonValue): Promise<JsonValue> {
  return await callOver(await targetOf(context, method), context, method, request);
}

/** The server, and a key for this method. */
export async function targetOf(context: Context, method: DescMethod): Promise<Target> {
  const config = context.readConfig();
  const url = urlFrom(context.environment) ?? `http://${config.host}:${config.port}`;
  const key = keyFrom(context.environment) ?? (await devKey(config.dataDir, method));
  if (!key) throw new UsageError("there is no key: set ASYNCGATE_API_KEY, or run `make dev` in this directory first");
  return { transport: createGrpcTransport({ baseUrl: url }), key };
}

export async function callOver(
  target: Target,
  context: Context,
  method: DescMethod,
  request: JsonValue,
): Promise<JsonValue> {
  const answer = await send(target, method, readRequest(method, request), context);
  const shown = readable(method.output, answer);
  return showJson(method.output, toJson(method.output, shown, { useProtoFieldName: true }));
}

/** The development key for a method, when no key is given. */
async function devKey(dataDir: string, method: DescMethod): Promise<string | undefined> {
  const names = new Map([
    [LeaseService.typeName, "worker"],
    [AdminService.typeName, "admin"],
    [QueueService.typeName, "operator"],
  ]);
  const isOperating = methodOptions(method).access.scope.endsWith(":manage");
  const name = isOperating ? "operator" : (names.get(method.parent.typeName) ?? "tasker");
  return (await readDevKeys(dataDir)).find((key) => key.name === name)?.key;
}

function readRequest(method: DescMethod, request: JsonValue): Message {
  const json = hideJson(method.input, request, "text");
  const faults = jsonViolations(method.input, json);
  if (faults === undefined) return fromJson(method.input, json);
  const lines = faults.violations.map(({ field, description }) => `${field} ${description}`);
  throw new UsageError(`not a valid ${method.input.name}: ${lines.join("; ")}`);
}

async function send(
  { transport, key }: Target,
  method: DescMethod,
  message: Message,
  context: Context,
): Promise<Message> {
  const header = { authorization: `Bearer ${key}` };
  const unary = method as DescMethod & { methodKind: "unary" };
  try {
    const { interrupted } = context.terminal;
    const response = await transport.unary(unary, interrupted, undefined, header, message as never);
    return response.message as Message;
  } catch (error) {
    throw new CallFailed(describe(error), { cause: error });
  }
}

/** A failed call in one line. */
export function describe(error: unknown): string {
  const connectError = ConnectError.from(error);
  const [detail] = connectError.findDetails(ErrorDetailSchema);
  if (!detail) return `${connectError.rawMessage} (is the server running? \`make dev\` starts one)`;
  const reason = ErrorReasonSchema.value[detail.reason]?.name.replace("ERROR_REASON_", "") ?? "UNKNOWN";
  return `${reason}: ${detail.message} ${detail.advice}`;
}
