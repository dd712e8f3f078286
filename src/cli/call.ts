// Calls for commands: request and answer are JSON by the contract's descriptors, and what goes wrong is one line.
import { type DescMethod, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { type ErrorDetail, ErrorReason, ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { methodOptions } from "../core/method-options.ts";
import { hideJson, showJson } from "../facade/json-fields.ts";
import { readable } from "../wire/json-answer.ts";
import { jsonViolations } from "../wire/json-request.ts";
import { CallFailed, type Context, UsageError } from "./command.ts";
import { CallRefused, sendUnary } from "./send-unary.ts";
import { type DevKeyName, otherKeyAdvice, type Server, serverFor } from "./target.ts";

/** Carries out a call. What it throws is told as it is. */
export type Send = (method: DescMethod, message: Message) => Promise<Message>;

/** Calls a method and returns its answer as JSON with the contract's field names. */
export async function callMethod(context: Context, method: DescMethod, request: JsonValue): Promise<JsonValue> {
  const server = await serverOf(context, method);
  return await callBy(async (one, message) => await send(context, server, one, message), method, request);
}

/** The server, and a key for this method. */
export async function serverOf(context: Context, method: DescMethod): Promise<Server> {
  return await serverFor(context, devKeyOf(method));
}

function devKeyOf(method: DescMethod): DevKeyName {
  return devKeyFor(methodOptions(method).access.scope);
}

/** Which of the keys of `asyncgate dev` has a scope. */
export function devKeyFor(scope: string): DevKeyName {
  if (scope.startsWith("admin:")) return "admin";
  // A session is for what is leased in it, which `worker run` does with this key.
  if (scope.startsWith("leases:") || scope === "agents:act") return "worker";
  const isOperating = scope.endsWith(":manage") || scope.startsWith("queues:") || scope === "receipts:verify";
  return isOperating ? "operator" : "tasker";
}

export async function callBy(send: Send, method: DescMethod, request: JsonValue): Promise<JsonValue> {
  const answer = await send(method, readRequest(method, request));
  const shown = readable(method.output, answer);
  return showJson(method.output, toJson(method.output, shown, { useProtoFieldName: true }));
}

/** Why the server has refused a call; undefined for all else that a command fails with. */
export function refusalReason(error: unknown): ErrorReason | undefined {
  const cause = error instanceof CallFailed ? error.cause : undefined;
  return cause instanceof CallRefused ? cause.detail?.reason : undefined;
}

function readRequest(method: DescMethod, request: JsonValue): Message {
  const json = hideJson(method.input, request, "text");
  const faults = jsonViolations(method.input, json);
  if (faults === undefined) return fromJson(method.input, json);
  const lines = faults.violations.map(({ field, description }) => `${field} ${description}`);
  throw new UsageError(`not a valid ${method.input.name}: ${lines.join("; ")}`);
}

async function send(context: Context, server: Server, method: DescMethod, message: Message): Promise<Message> {
  try {
    return await sendUnary(server, method, message, context.terminal.interrupted);
  } catch (error) {
    const { message: said } = Object(error) as Error;
    const line = error instanceof CallRefused && error.detail ? refusedLine(error.detail) : unreachedLine(said, error);
    const isDenied = error instanceof CallRefused && error.detail?.reason === ErrorReason.PERMISSION_DENIED;
    throw new CallFailed(isDenied ? line + (await otherKeyAdvice(context, devKeyOf(method))) : line, { cause: error });
  }
}

/** A refusal in one line. */
export function refusedLine({ reason, message, advice }: ErrorDetail): string {
  const name = ErrorReasonSchema.value[reason]?.name.replace("ERROR_REASON_", "") ?? "UNKNOWN";
  return `${name}: ${message} ${advice}`;
}

/** What to do about a call that no server has answered. */
export function unreachedLine(message: string, cause: unknown): string {
  const code = String(Reflect.get(Object(cause), "code") ?? "");
  // OpenSSL's own message: what went wrong stands between where, and the file and line of its source.
  const said = message.trim().replace(/^\w+:error:\w+:([^:]*):[^:]*:([^:]*):.*$/s, "$2 ($1)");
  return `${said}: ${whyUnreached(`${code} ${message}`)}`;
}

function whyUnreached(said: string): string {
  if (/ENOTFOUND|EAI_AGAIN/.test(said)) return "the host of ASYNCGATE_URL is not known";
  if (/CERT|SSL|TLS|EPROTO|ALTNAME/i.test(said)) {
    return "TLS failed: is the URL's scheme right, and does NODE_EXTRA_CA_CERTS name the certificate's authority?";
  }
  return "is the server running? `asyncgate dev` starts one";
}
