// A Connect transport over @grpc/grpc-js. The only file that imports that package.
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  isMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Code, ConnectError, type Transport } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import * as grpc from "@grpc/grpc-js";
import type { Connection } from "./client.ts";
import { type ApiKey, type ConnectionOptions, keyNow } from "./transport.ts";

export function connectByGrpcJs(endpoint: string, options: ConnectionOptions): Connection {
  const { protocol, host } = new URL(endpoint);
  const { ca, cert, key, serverName } = options.tls ?? {};
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const credentials =
    protocol === "https:"
      ? grpc.credentials.createSsl(pem(ca), pem(key), pem(cert))
      : grpc.credentials.createInsecure();
  const port = new URL(endpoint).port === "" ? (protocol === "https:" ? ":443" : ":80") : "";
  const client = new grpc.Client(`${host}${port}`, credentials, {
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // Each transport has its own connection, so that closing one does not affect others.
    "grpc.use_local_subchannel_pool": 1,
    // The kit retries by the contract's rules.
    "grpc.enable_retries": 0,
    "grpc.max_receive_message_length": -1,
    ...(serverName && { "grpc.ssl_target_name_override": serverName }),
  });
  return { transport: transportOver(client, options.key ?? ""), close: () => client.close() };
}

type Duplex = grpc.ClientDuplexStream<never, unknown>;

function transportOver(client: grpc.Client, key: ApiKey): Transport {
  return {
    async unary<I extends DescMessage, O extends DescMessage>(
      method: DescMethodUnary<I, O>,
      signal: AbortSignal | undefined,
      timeoutMs: number | undefined,
      header: ConstructorParameters<typeof Headers>[0],
      input: MessageInitShape<I>,
    ) {
      signal?.throwIfAborted();
      const { path, write, read } = codecOf(method);
      const message = await new Promise<MessageShape<O>>((resolve, reject) => {
        const metadata = metadataOf(header, keyNow(key));
        const call = client.makeUnaryRequest(path, write, read, input, metadata, within(timeoutMs), (error, answer) =>
          error ? reject(connectErrorOf(error)) : resolve(answer as MessageShape<O>),
        );
        whenAborted(signal, call);
      });
      return { stream: false, service: method.parent, method, header: new Headers(), trailer: new Headers(), message };
    },
    async stream<I extends DescMessage, O extends DescMessage>(
      method: DescMethodStreaming<I, O>,
      signal: AbortSignal | undefined,
      timeoutMs: number | undefined,
      header: ConstructorParameters<typeof Headers>[0],
      input: AsyncIterable<MessageInitShape<I>>,
    ) {
      signal?.throwIfAborted();
      const { path, write, read } = codecOf(method);
      const call = client.makeBidiStreamRequest(path, write, read, metadataOf(header, keyNow(key)), within(timeoutMs));
      whenAborted(signal, call);
      // The reader of the answers gets the error; without a listener, an error before that would end the process.
      call.on("error", () => {});
      pump(input, call).catch(() => call.cancel());
      const message = answersOf<MessageShape<O>>(call);
      return { stream: true, service: method.parent, method, header: new Headers(), trailer: new Headers(), message };
    },
  };
}

function codecOf<I extends DescMessage, O extends DescMessage>(method: DescMethod & { input: I; output: O }) {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    write(init: MessageInitShape<I>): Buffer {
      const message = isMessage(init, method.input) ? init : create(method.input, init);
      const { buffer, byteOffset, byteLength } = toBinary(method.input, message as MessageShape<I>);
      return Buffer.from(buffer, byteOffset, byteLength);
    },
    read: (data: Buffer) => fromBinary(method.output, data),
  };
}

function metadataOf(header: ConstructorParameters<typeof Headers>[0], key: string): grpc.Metadata {
  const metadata = new grpc.Metadata();
  new Headers(header).forEach((value, name) => void metadata.set(name, value));
  if (key !== "") metadata.set("authorization", `Bearer ${key}`);
  return metadata;
}

function within(timeoutMs: number | undefined): grpc.CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function whenAborted(signal: AbortSignal | undefined, call: grpc.ClientUnaryCall | Duplex): void {
  const cancel = () => call.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  // Every call ends with a status.
  call.once("status", () => signal?.removeEventListener("abort", cancel));
}

/** Takes the next message when the previous one has been written. */
async function pump<Request>(input: AsyncIterable<Request>, call: grpc.ClientDuplexStream<Request, unknown>) {
  try {
    for await (const message of input) {
      if (!call.writable) return;
      if (!call.write(message)) await drained(call);
    }
  } finally {
    call.end();
  }
}

function drained(call: Pick<Duplex, "once">): Promise<void> {
  return new Promise((resolve) => {
    call.once("drain", resolve);
    call.once("close", resolve);
  });
}

async function* answersOf<Answer>(call: grpc.ClientDuplexStream<never, unknown>): AsyncGenerator<Answer> {
  try {
    for await (const message of call) yield message as Answer;
  } catch (error) {
    throw connectErrorOf(error);
  } finally {
    call.cancel();
  }
}

/** The details of an error are in the trailer that Connect's own transports read. */
function connectErrorOf(thrown: unknown): ConnectError {
  const { code, details, metadata, message } = thrown as Partial<grpc.ServiceError>;
  if (code === undefined) return ConnectError.from(thrown);
  const trailer = new Headers({ "grpc-status": String(code), "grpc-message": encodeURIComponent(details ?? "") });
  const [status] = metadata?.get("grpc-status-details-bin") ?? [];
  if (status !== undefined) trailer.set("grpc-status-details-bin", Buffer.from(status).toString("base64"));
  return findTrailerError(trailer) ?? new ConnectError(details ?? message ?? "", code as number as Code);
}
