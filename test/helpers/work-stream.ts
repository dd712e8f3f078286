// A worker's raw stream for tests: sends what it is told to, and keeps what it receives. No kit, no retries, no
// heartbeats of its own.
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import * as grpc from "@grpc/grpc-js";
import { ErrorDetailSchema, ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  type Offer,
  type Settled,
  StreamEndReason,
  WorkerService,
  type WorkRequest,
  WorkRequestSchema,
  type WorkResponse,
  WorkResponseSchema,
} from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

export type SentFrame = MessageInitShape<typeof WorkRequestSchema>;

export type WorkStream = {
  readonly frames: readonly WorkResponse[];
  send(frame: SentFrame): void;
  /** Sends nothing more; the stream may go on. */
  end(): void;
  /** Breaks the stream. */
  abort(): void;
  /** The first match in the frames received, as soon as there is one. Rejects if the stream ends without it. */
  receive<Found>(find: (frame: WorkResponse) => Found | undefined): Promise<Found>;
  /** How the stream ended: `ok`, or the reason or code of its error. */
  readonly ended: Promise<string>;
};

/** The frames received, and those who wait for one that matches. */
export function createInbox<Frame = WorkResponse>(ended: Promise<string>) {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let end: string | undefined;
  void ended.then((how) => {
    end = how;
    for (const check of waiting) check();
  });
  return {
    frames,
    take(frame: Frame) {
      frames.push(frame);
      for (const check of waiting) check();
    },
    receive<Found>(find: (frame: Frame) => Found | undefined): Promise<Found> {
      return new Promise((resolve, reject) => {
        let from = 0;
        const check = () => {
          for (; from < frames.length; from += 1) {
            const frame = frames[from];
            const found = frame && find(frame);
            if (found === undefined) continue;
            waiting.delete(check);
            return resolve(found);
          }
          if (end !== undefined) reject(new Error(`the stream ended (${end}) without it`));
        };
        waiting.add(check);
        check();
      });
    },
  };
}

export function openWorkStream(transport: Transport, key: string): WorkStream {
  const source = createFrameSource<SentFrame>();
  const breaking = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  const answers = createClient(WorkerService, transport).work(source.frames(), { headers, signal: breaking.signal });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const inbox = createInbox(ended);
  void (async () => {
    try {
      for await (const frame of answers) inbox.take(frame);
      resolve("ok");
    } catch (error) {
      resolve(reasonOf(error));
    }
  })();
  return {
    ...inbox,
    ended,
    send: (frame) => source.send(frame),
    end: () => source.close(),
    abort: () => breaking.abort(),
  };
}

/** The same over grpc-js. */
export function openGrpcJsStream(address: string, key: string): WorkStream {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${key}`);
  const call = client.makeBidiStreamRequest(
    "/asyncgate.v1.WorkerService/Work",
    (frame: WorkRequest) => Buffer.from(toBinary(WorkRequestSchema, frame)),
    (bytes: Buffer) => fromBinary(WorkResponseSchema, bytes),
    metadata,
  );
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const inbox = createInbox(ended);
  call.on("data", (frame: WorkResponse) => inbox.take(frame));
  call.on("error", () => {}); // its status comes as well
  call.on("status", ({ code, metadata: trailers }) => {
    resolve(code === grpc.status.OK ? "ok" : reasonIn(code, trailers));
    client.close();
  });
  return {
    ...inbox,
    ended,
    send: (frame) => void call.write(create(WorkRequestSchema, frame)),
    end: () => call.end(),
    abort: () => call.cancel(),
  };
}

function reasonIn(code: number, trailers: grpc.Metadata): string {
  const headers = new Headers({ "grpc-status": String(code) });
  const [bytes] = trailers.get("grpc-status-details-bin");
  if (bytes instanceof Buffer) headers.set("grpc-status-details-bin", bytes.toString("base64"));
  return reasonOf(findTrailerError(headers));
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? String(value);
}

export function reasonOf(error: unknown): string {
  const from = ConnectError.from(error);
  const [detail] = from.findDetails(ErrorDetailSchema);
  return detail ? nameOf(ErrorReason, detail.reason) : `code ${from.code}`;
}

/** An async iterable of frames that are sent one by one. */
export function createFrameSource<Frame>() {
  const waiting: Frame[] = [];
  let wake = () => {};
  let isClosed = false;
  return {
    send(frame: Frame) {
      waiting.push(frame);
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
    async *frames() {
      for (;;) {
        for (let next = waiting.shift(); next; next = waiting.shift()) yield next;
        if (isClosed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

// --- what tests look for ---------------------------------------------------------------------------------------------

export const welcome = ({ welcome: said }: WorkResponse) => said;
export const streamEnd = ({ streamEnd: said }: WorkResponse) => said && nameOf(StreamEndReason, said.reason);
export const heartbeatAck =
  (sequence: bigint) =>
  ({ heartbeatAck: said }: WorkResponse) =>
    said?.sequence === sequence ? said : undefined;

/** The first `count` offers, from one or more frames. */
export function offers(count: number): (frame: WorkResponse) => Offer[] | undefined {
  const found: Offer[] = [];
  return (frame) => {
    found.push(...frame.offers);
    return found.length >= count ? found : undefined;
  };
}

/** The answer to the item with this token and request id. */
export function settled(leaseToken: string, requestId = ""): (frame: WorkResponse) => Settled | undefined {
  return (frame) => frame.settled.find((one) => one.leaseToken === leaseToken && one.requestId === requestId);
}

export function tokenOf({ leased }: Offer): string {
  return leased?.lease?.token ?? "";
}

/** The kind of answer, such as `completed`, or the reason of a refusal. */
export function resultOf({ result }: Settled): string {
  return result.case === "error" ? nameOf(ErrorReason, result.value.reason) : (result.case ?? "");
}
