// Calls for commands: request and answer are JSON by the contract's descriptors, and what goes wrong is one line.
import { type DescMethod, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ErrorDetailSchema, ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { methodOptions } from "../core/method-options.ts";
import { hideJson, showJson } from "../facade/json-fields.ts";
import { readable } from "../wire/json-answer.ts";
import { jsonViolations } from "../wire/json-request.ts";
import { CallFailed, type Context, UsageError } from "./command.ts";
import { type DevKeyName, serverFor } from "./target.ts";

/** A server and the credential for it. */
export type Target = { readonly transport: Transport; readonly key: string };

/** Calls a method and returns its answer as JSON with the contract's field names. */
export async function callMethod(context: Context, method: DescMethod, request: JsonValue): Promise<JsonValue> {
  return await callOver(await targetOf(context, method), context, method, request);
}

/** The server, and a key for this method. */
export async function targetOf(context: Context, method: DescMethod): Promise<Target> {
  const isOperating = methodOptions(method).access.scope.endsWith(":manage");
  const devKeyName = isOperating ? "operator" : (devKeyNames.get(method.parent.name) ?? "tasker");
  const { url, key } = await serverFor(context, devKeyName);
  return { transport: createGrpcTransport({ baseUrl: url }), key };
}

/** Which of the keys of `asyncgate dev` may call a service. */
const devKeyNames: ReadonlyMap<string, DevKeyName> = new Map([
  ["LeaseService", "worker"],
  ["AdminService", "admin"],
  ["QueueService", "operator"],
]);

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
  if (!detail) return `${connectError.rawMessage}: ${whyUnreached(connectError)}`;
  const reason = ErrorReasonSchema.value[detail.reason]?.name.replace("ERROR_REASON_", "") ?? "UNKNOWN";
  return `${reason}: ${detail.message} ${detail.advice}`;
}

/** What to do about a call that no server has answered. */
function whyUnreached({ cause, rawMessage }: ConnectError): string {
  const code = String(Reflect.get(Object(cause), "code") ?? "");
  if (/ENOTFOUND|EAI_AGAIN/.test(`${code} ${rawMessage}`)) return "the host of ASYNCGATE_URL is not known";
  if (/CERT|SSL|TLS|EPROTO|ALTNAME/i.test(`${code} ${rawMessage}`)) {
    return "TLS failed: is the URL's scheme right, and does NODE_EXTRA_CA_CERTS name the certificate's authority?";
  }
  return "is the server running? `asyncgate dev` starts one";
}
