// A worker's raw stream for tests: says what it is told, and keeps what it hears. No kit, no retries, no beats of its
// own.
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

export type Said = MessageInitShape<typeof WorkRequestSchema>;

export type WorkStream = {
  readonly frames: readonly WorkResponse[];
  send(frame: Said): void;
  /** Says nothing more; the stream may go on. */
  end(): void;
  /** Breaks off. */
  abort(): void;
  /** The first thing that is found in what was heard, as soon as it is. Fails when the stream ends without it. */
  hear<Found>(find: (frame: WorkResponse) => Found | undefined): Promise<Found>;
  /** How the stream ended: `ok`, or the reason or code of its error. */
  readonly ended: Promise<string>;
};

/** What was heard, and who waits for more of it. */
export function createEar<Frame = WorkResponse>(ended: Promise<string>) {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let end: string | undefined;
  void ended.then((how) => {
    end = how;
    for (const look of waiting) look();
  });
  return {
    frames,
    take(frame: Frame) {
      frames.push(frame);
      for (const look of waiting) look();
    },
    hear<Found>(find: (frame: Frame) => Found | undefined): Promise<Found> {
      return new Promise((resolve, reject) => {
        let from = 0;
        const look = () => {
          for (; from < frames.length; from += 1) {
            const frame = frames[from];
            const found = frame && find(frame);
            if (found === undefined) continue;
            waiting.delete(look);
            return resolve(found);
          }
          if (end !== undefined) reject(new Error(`the stream ended (${end}) without it`));
        };
        waiting.add(look);
        look();
      });
    },
  };
}

export function openWorkStream(transport: Transport, key: string): WorkStream {
  const mouth = createMouth<Said>();
  const breaking = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  const answers = createClient(WorkerService, transport).work(mouth.frames(), { headers, signal: breaking.signal });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const ear = createEar(ended);
  void (async () => {
    try {
      for await (const frame of answers) ear.take(frame);
      resolve("ok");
    } catch (error) {
      resolve(reasonOf(error));
    }
  })();
  return {
    ...ear,
    ended,
    send: (frame) => mouth.say(frame),
    end: () => mouth.close(),
    abort: () => breaking.abort(),
  };
}

/** The same over grpc-js, which knows nothing of the other library. */
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
  const ear = createEar(ended);
  call.on("data", (frame: WorkResponse) => ear.take(frame));
  call.on("error", () => {}); // its status comes beside it
  call.on("status", ({ code, metadata: trailers }) => {
    resolve(code === grpc.status.OK ? "ok" : reasonIn(code, trailers));
    client.close();
  });
  return {
    ...ear,
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

/** What is said over a stream, as it is said. */
export function createMouth<Frame>() {
  const waiting: Frame[] = [];
  let wake = () => {};
  let isClosed = false;
  return {
    say(frame: Frame) {
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
export const gone = ({ streamEnd: said }: WorkResponse) => said && nameOf(StreamEndReason, said.reason);
export const beaten =
  (sequence: bigint) =>
  ({ heartbeatAck: said }: WorkResponse) =>
    said?.sequence === sequence ? said : undefined;

/** So many offers, from however many frames. */
export function offers(count: number): (frame: WorkResponse) => Offer[] | undefined {
  const found: Offer[] = [];
  return (frame) => {
    found.push(...frame.offers);
    return found.length >= count ? found : undefined;
  };
}

/** The answer about a lease that is of this kind. */
export function settled(leaseToken: string, requestId = ""): (frame: WorkResponse) => Settled | undefined {
  return (frame) => frame.settled.find((one) => one.leaseToken === leaseToken && one.requestId === requestId);
}

export function tokenOf({ leased }: Offer): string {
  return leased?.lease?.token ?? "";
}

/** `completed`, or the reason of the refusal. */
export function resultOf({ result }: Settled): string {
  return result.case === "error" ? nameOf(ErrorReason, result.value.reason) : (result.case ?? "");
}
