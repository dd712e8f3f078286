// gRPC by hand, over a bare HTTP/2 session: for what no client library would send, and to see all that comes back.
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from "node:http2";
import { authorization } from "./test-server.ts";

/** A message with its flag and length before it. */
export function framed(bytes: Uint8Array, flags = 0, length = bytes.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}

type Headers = Readonly<Record<string, string>>;

/** Begins a call; its body is still to be written. */
export function begin(session: ClientHttp2Session, path: string, headers: Headers = {}): ClientHttp2Stream {
  const stream = session.request(
    {
      ":method": "POST",
      ":path": path,
      authorization,
      "content-type": "application/grpc+proto",
      te: "trailers",
      ...headers,
    },
    { endStream: false },
  );
  stream.on("error", () => {});
  return stream;
}

export type RawAnswer = {
  readonly status: number;
  /** Of headers and trailers together. */
  readonly metadata: Headers;
  readonly body: Buffer;
  readonly resetCode: number;
};

/** All that comes back, once the stream is closed. */
export async function answered(stream: ClientHttp2Stream): Promise<RawAnswer> {
  const metadata: Record<string, string> = {};
  const chunks: Buffer[] = [];
  const take = (received: object) => {
    for (const [name, value] of Object.entries(received)) metadata[name] = String(value);
  };
  stream.on("response", take).on("trailers", take);
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (!stream.closed) await once(stream, "close");
  const { [constants.HTTP2_HEADER_STATUS]: status, ...rest } = metadata;
  return {
    status: Number(status ?? 0),
    metadata: rest,
    body: Buffer.concat(chunks),
    resetCode: stream.rstCode ?? constants.NGHTTP2_NO_ERROR,
  };
}

export async function callRaw(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array,
  headers: Headers = {},
): Promise<RawAnswer> {
  const stream = begin(session, path, headers);
  stream.end(body);
  return await answered(stream);
}
