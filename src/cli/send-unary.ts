// One unary call over a connection of its own, by Connect's protocol on HTTP/2. The libraries that the kits use do much
// more, and take longer to load than most commands take; streams of commands go through them, in streams.ts.
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { type DescMethod, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { type ErrorDetail, ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Server } from "./target.ts";

/** A call that the server has refused, or whose answer is none of ours. */
export class CallRefused extends Error {
  override name = "CallRefused";
  readonly detail: ErrorDetail | undefined;

  constructor(message: string, detail?: ErrorDetail) {
    super(message);
    this.detail = detail;
  }
}

/** Throws a CallRefused, or what the connection failed with. */
export async function sendUnary(
  { url, key }: Server,
  method: DescMethod,
  message: Message,
  signal: AbortSignal,
): Promise<Message> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin);
  const failed = new Promise<never>((_resolve, reject) => session.once("error", reject));
  try {
    const headers = {
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: `${pathname.replace(/\/$/, "")}/${method.parent.typeName}/${method.name}`,
      authorization: `Bearer ${key}`,
      "content-type": "application/proto",
      "connect-protocol-version": "1",
    };
    const body = toBinary(method.input, message);
    const { status, content } = await Promise.race([failed, exchange(session, headers, body, signal)]);
    if (status === constants.HTTP_STATUS_OK) return fromBinary(method.output, content);
    throw refusalOf(status, content);
  } finally {
    session.close();
  }
}

type Answer = { readonly status: number; readonly content: Buffer };

function exchange(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream: ClientHttp2Stream = session.request(headers, { signal });
    const pieces: Buffer[] = [];
    let status = 0;
    stream.on("response", (received) => {
      status = received[":status"] ?? 0;
    });
    stream.on("data", (piece: Buffer) => void pieces.push(piece));
    stream.on("end", () => resolve({ status, content: Buffer.concat(pieces) }));
    // Of a stream without a connection, the cause is what the connection failed with.
    stream.on("error", (error) => reject(error.cause ?? error));
    stream.on("close", () => reject(new Error("the connection was closed before there was an answer")));
    stream.end(body);
  });
}

/** Connect's errors are JSON; their details are messages in base64. */
function refusalOf(status: number, content: Buffer): CallRefused {
  const { message, details } = readError(content);
  const ours = details.find(({ type }) => type === ErrorDetailSchema.typeName);
  const detail = ours && fromBinary(ErrorDetailSchema, Buffer.from(ours.value, "base64"));
  return new CallRefused(message || `HTTP ${status}, which is no answer of AsyncGate`, detail);
}

type WireError = { readonly message: string; readonly details: readonly { type: string; value: string }[] };

function readError(content: Buffer): WireError {
  try {
    const { message = "", details = [] } = JSON.parse(content.toString()) as Partial<WireError>;
    return { message, details };
  } catch {
    return { message: "", details: [] };
  }
}
