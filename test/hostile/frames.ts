// HTTP/2 frames by hand, over a bare socket: for what no HTTP/2 library would send.
import { connect, type Socket } from "node:net";

export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const flags = { none: 0, ack: 1, endStream: 1, endHeaders: 4 } as const;
export const errorCodes = { noError: 0, cancel: 8, enhanceYourCalm: 11 } as const;

export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

const headBytes = 9;
/** HTTP/2's default, which needs no SETTINGS frame. */
const frameBytesMax = 16_384;
/** More than any test looks for; a flood is answered by a flood, so older frames are dropped. */
const heardMax = 2_000;

export function frame(type: number, flag: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flag, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

export function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** HPACK at its simplest: every field a literal that is never indexed, no Huffman code. */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0x10), text(name), text(value)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([prefixed(bytes.length), bytes]);
}

/** An integer with a prefix of seven bits (RFC 7541, 5.1). */
function prefixed(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

export type Frame = {
  readonly type: number;
  readonly flag: number;
  readonly streamId: number;
  readonly payload: Buffer;
};

export type RawConnection = {
  readonly socket: Socket;
  /** How many frames of a type have come back. */
  heardOf(type: number): number;
  send(...frames: readonly Buffer[]): void;
  /** Resolves when all that was sent has left this process, or the connection is closed. */
  sent(): Promise<void>;
  /** The first frame like this among the latest, as soon as it is there; undefined when the connection closes first. */
  hear(like: (frame: Frame) => boolean): Promise<Frame | undefined>;
  readonly closed: Promise<void>;
};

export type DialOptions = {
  /** Which of the loopback addresses to come from. */
  readonly from?: string;
  /** Of the connection and of each stream: 0 asks for answers and takes no byte of them. */
  readonly windowBytes?: number;
};

/** A socket to the server on this port. */
export async function dial(port: number, from?: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, ...(from && { localAddress: from }) });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
  return socket;
}

/** A connection that has said its preface and settings, and acknowledges those of the server; no more by itself. */
export async function dialHttp2(
  port: number,
  { from, windowBytes = 65_535 }: DialOptions = {},
): Promise<RawConnection> {
  const socket = await dial(port, from);
  const heard: Frame[] = [];
  const counts = new Map<number, number>();
  const waiting = new Set<() => void>();
  const lookAll = () => {
    for (const look of waiting) look();
  };
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(lookAll);
  const send = (...frames: readonly Buffer[]) => {
    if (!socket.destroyed) socket.write(Buffer.concat(frames));
  };
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let next = parseFrame(rest); next !== undefined; next = parseFrame(rest)) {
      rest = rest.subarray(headBytes + next.length);
      const { length: _length, ...received } = next;
      counts.set(received.type, (counts.get(received.type) ?? 0) + 1);
      if (heard.push(received) > heardMax) heard.shift();
      const isSettings = received.type === frameTypes.settings && (received.flag & flags.ack) === 0;
      if (isSettings) send(frame(frameTypes.settings, flags.ack, 0));
    }
    lookAll();
  });
  send(preface, frame(frameTypes.settings, flags.none, 0, setting(4, windowBytes)));
  return {
    ...{ socket, send, closed },
    heardOf: (type) => counts.get(type) ?? 0,
    async sent() {
      if (!socket.destroyed) await Promise.race([new Promise((done) => socket.write("", done)), closed]);
    },
    hear(like) {
      return new Promise((resolve) => {
        const look = () => {
          const found = heard.find(like);
          if (found === undefined && !socket.closed) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
  };
}

function parseFrame(bytes: Buffer): (Frame & { readonly length: number }) | undefined {
  if (bytes.length < headBytes) return undefined;
  const length = bytes.readUIntBE(0, 3);
  if (bytes.length < headBytes + length) return undefined;
  const type = bytes.readUInt8(3);
  const payload =
    type === frameTypes.data ? Buffer.alloc(0) : Buffer.from(bytes.subarray(headBytes, headBytes + length));
  return { type, flag: bytes.readUInt8(4), streamId: bytes.readUInt32BE(5) & 0x7fffffff, payload, length };
}

/** The fields of a unary gRPC call. */
export function grpcFields(path: string, key: string, more: Readonly<Record<string, string>> = {}) {
  const fields: Record<string, string> = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "127.0.0.1",
    "content-type": "application/grpc+proto",
    te: "trailers",
    authorization: `Bearer ${key}`,
    ...more,
  };
  return Object.entries(fields);
}

/** HEADERS, and what does not fit into one frame in CONTINUATIONs; the stream's body is still to be sent. */
export function opening(streamId: number, fields: readonly (readonly [string, string])[], isWhole = false): Buffer {
  const block = headerBlock(fields);
  const frames: Buffer[] = [];
  for (let at = 0; at < block.length; at += frameBytesMax) {
    const isLast = at + frameBytesMax >= block.length;
    const flag = (isLast ? flags.endHeaders : 0) | (at === 0 && isWhole ? flags.endStream : 0);
    const type = at === 0 ? frameTypes.headers : frameTypes.continuation;
    frames.push(frame(type, flag, streamId, block.subarray(at, at + frameBytesMax)));
  }
  return Buffer.concat(frames);
}
