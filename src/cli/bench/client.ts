// A gRPC client for measurements, straight on HTTP/2. Client and server share the machine, so the cost of a client
// library would count as the server's.
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import {
  type DescMethod,
  type DescMethodBiDiStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";

export type BenchClient = {
  call<Method extends DescMethodUnary>(
    method: Method,
    request: MessageShape<Method["input"]>,
    signal?: AbortSignal,
  ): Promise<MessageShape<Method["output"]>>;
  open<Method extends DescMethodBiDiStreaming>(method: Method, onMessage: OnMessage<Method>): BenchStream<Method>;
  close(): void;
};

type OnMessage<Method extends DescMethod> = (message: MessageShape<Method["output"]>) => void;

export type BenchStream<Method extends DescMethod> = {
  send(message: MessageShape<Method["input"]>): void;
  /** Ends the requests. */
  end(): void;
  /** Resolves when the server has ended the stream; rejects if it ended with an error. */
  readonly ended: Promise<void>;
};

/** The head of a gRPC message: one byte says whether it is compressed, four give its length. */
const headBytes = 5;
/** Large enough that the server never waits for a window update: a frame of 500 offers has about 300 KB. */
const windowBytes = 16 * 1024 * 1024;

/** Calls are spread over the connections in turn. */
export function openBenchClient(url: string, key: string, connections = 1): BenchClient {
  const sessions = Array.from({ length: connections }, () => openSession(url));
  let next = 0;
  const request = (method: DescMethod): ClientHttp2Stream => {
    next = (next + 1) % sessions.length;
    const session = sessions[next] as ClientHttp2Session;
    return session.request({
      ":method": "POST",
      ":path": `/${method.parent.typeName}/${method.name}`,
      "content-type": "application/grpc+proto",
      te: "trailers",
      authorization: `Bearer ${key}`,
    });
  };
  return {
    call: (method, message, signal) =>
      new Promise((resolve, reject) => {
        const stream = request(method);
        const cancel = () => stream.close(constants.NGHTTP2_CANCEL);
        signal?.addEventListener("abort", cancel, { once: true });
        let answer: Uint8Array | undefined;
        readFrames(stream, (body) => {
          answer = body;
        });
        whenEnded(stream, (error) => {
          signal?.removeEventListener("abort", cancel);
          if (error) reject(error);
          else if (answer === undefined) reject(new Error(`${method.name} was answered with no message`));
          else resolve(decode(method, answer));
        });
        stream.end(frameOf(toBinary(method.input, message)));
      }),
    open(method, onMessage) {
      const stream = request(method);
      readFrames(stream, (body) => onMessage(decode(method, body)));
      const ended = new Promise<void>((resolve, reject) => {
        whenEnded(stream, (error) => (error ? reject(error) : resolve()));
      });
      // A caller that does not await the end is not ended by its error.
      ended.catch(() => undefined);
      return {
        send: (message) => void stream.write(frameOf(toBinary(method.input, message))),
        end: () => stream.end(),
        ended,
      };
    },
    close() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** The compiler cannot see that a method's descriptor decodes to the method's message. */
function decode<Method extends DescMethod>(method: Method, body: Uint8Array): MessageShape<Method["output"]> {
  return fromBinary(method.output, body) as MessageShape<Method["output"]>;
}

function openSession(url: string): ClientHttp2Session {
  const session = connect(url, { settings: { initialWindowSize: windowBytes } });
  session.once("connect", () => session.setLocalWindowSize(windowBytes));
  // Each call reports the error too; without a listener, it would end the process.
  session.on("error", () => undefined);
  return session;
}

function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headBytes);
  return frame;
}

function readFrames(stream: ClientHttp2Stream, onFrame: (body: Uint8Array) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headBytes) {
      const end = headBytes + rest.readUInt32BE(1);
      if (rest.length < end) return;
      const body = rest.subarray(headBytes, end);
      rest = rest.subarray(end);
      onFrame(body);
    }
  });
}

/** The status comes with the trailers, or with the headers if there is no message. */
function whenEnded(stream: ClientHttp2Stream, onEnd: (error?: Error) => void): void {
  let status: string | undefined;
  let message = "";
  let failure: Error | undefined;
  const read = (headers: Readonly<Record<string, unknown>>) => {
    if (headers["grpc-status"] !== undefined) status = String(headers["grpc-status"]);
    if (headers["grpc-message"] !== undefined) message = decodeURIComponent(String(headers["grpc-message"]));
  };
  stream.on("response", read);
  stream.on("trailers", read);
  stream.on("error", (error: Error) => {
    failure = error;
  });
  stream.once("close", () => {
    if (status === "0") onEnd();
    else onEnd(failure ?? new Error(`the server answered with status ${status ?? "none"}: ${message}`));
  });
}
