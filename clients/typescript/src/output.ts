// What handlers print: bytes are gathered for a moment and appended to the task's logs, each piece at its offset, so
// that a piece that is sent twice is in the log once. A stream has one piece under way; what comes meanwhile makes the
// next.
import { Writable } from "node:stream";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { AppendOutputRequestSchema } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import type { Settled } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { type AsyncGateError, errorOfDetail } from "./errors.ts";
import type { HeldTask } from "./job.ts";
import type { Item } from "./outbox.ts";

/** A log of a task, for its handler to write to. Text is written as UTF-8. */
export type JobOutput = {
  /**
   * Appends. Resolves at once while little waits to be sent, else when there is room again; a handler that prints much
   * awaits it. Beyond 1 MiB that waits, it rejects. What was written is sent before the task is settled.
   */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Resolves when the server has all that was written. */
  flush(): Promise<void>;
  /** A stream of Node: `child.stdout.pipe(job.output("stdout").writable())`. */
  writable(): Writable;
};

export type OutputsOptions = {
  readonly nextRequestId: () => string;
  /** Returns false if the item fits into no frame. */
  readonly put: (item: Item) => boolean;
  /** Whether the refusal is temporary, and the item will be sent again later. */
  readonly retryLater: (item: Item, settled: Settled) => boolean;
  /** The server has refused output of a task. The task itself goes on. */
  readonly onRefused: (held: HeldTask, stream: string, error: AsyncGateError) => void;
};

export type Outputs = {
  of(held: HeldTask, stream: string): JobOutput;
  /** Sends all that was written, for the settlement to follow it. Nothing can be written any more. */
  finish(held: HeldTask): void;
};

const gatherBytes = 16_384;
const gatherMs = 200;
const pieceBytesMax = 65_536;
/** A write waits while more than this waits to be sent, and is refused beyond the other. */
const roomBytes = 262_144;
const roomBytesMax = 1_048_576;

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

type Log = {
  readonly held: HeldTask;
  readonly stream: string;
  chunks: Uint8Array[];
  bytes: number;
  /** When the first of them was written. */
  sinceMs: number;
  /** Where the next piece begins. */
  offset: number;
  piecesUnderWay: number;
  timer: NodeJS.Timeout | undefined;
  error: unknown;
  isFinished: boolean;
  readonly waitingForRoom: Waiter[];
  readonly waitingForEnd: Waiter[];
};

export function createOutputs(options: OutputsOptions): Outputs {
  const logs = new WeakMap<HeldTask, Map<string, Log>>();
  return {
    of(held, stream) {
      const ofTask = logs.get(held) ?? new Map<string, Log>();
      logs.set(held, ofTask);
      const log = ofTask.get(stream) ?? newLog(held, stream);
      ofTask.set(stream, log);
      return outputOf(log, options);
    },
    finish(held) {
      for (const log of logs.get(held)?.values() ?? []) {
        log.isFinished = true;
        clearTimeout(log.timer);
        // Those behind the one under way as well: items of a lease are applied in their order.
        while (log.bytes > 0) sendPiece(log, options);
        settleWaiters(log);
      }
    },
  };
}

function newLog(held: HeldTask, stream: string): Log {
  return {
    held,
    stream,
    chunks: [],
    bytes: 0,
    sinceMs: 0,
    offset: 0,
    piecesUnderWay: 0,
    timer: undefined,
    error: undefined,
    isFinished: false,
    waitingForRoom: [],
    waitingForEnd: [],
  };
}

function outputOf(log: Log, options: OutputsOptions): JobOutput {
  const write = (chunk: string | Uint8Array) =>
    answer((waiter) => {
      if (log.error !== undefined) return waiter.reject(log.error);
      if (log.isFinished) return waiter.reject(new Error("the task is settled: nothing is written any more"));
      if (log.bytes > roomBytesMax) return waiter.reject(new RangeError("too much waits to be sent: await the writes"));
      // A copy: the caller may use its buffer again.
      const bytes = Buffer.from(chunk);
      if (bytes.length === 0) return waiter.resolve();
      if (log.bytes === 0) log.sinceMs = Date.now();
      log.chunks.push(bytes);
      log.bytes += bytes.length;
      log.waitingForRoom.push(waiter);
      schedule(log, options);
      settleWaiters(log);
    });
  const flush = () =>
    answer((waiter) => {
      if (log.error !== undefined) return waiter.reject(log.error);
      log.waitingForEnd.push(waiter);
      sendNext(log, options);
      settleWaiters(log);
    });
  return {
    write,
    flush,
    writable: () =>
      new Writable({
        decodeStrings: true,
        write: (chunk: Uint8Array, _encoding, done) => void write(chunk).then(() => done(), done),
        final: (done) => void flush().then(() => done(), done),
      }),
  };
}

/** A handler need not await it: a refusal is then no unhandled rejection. */
function answer(begin: (waiter: Waiter) => void): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => begin({ resolve, reject }));
  promise.catch(() => {});
  return promise;
}

function settleWaiters(log: Log): void {
  const { error, waitingForRoom, waitingForEnd } = log;
  const end = ({ resolve, reject }: Waiter) => (error === undefined ? resolve() : reject(error));
  if (error !== undefined || log.bytes <= roomBytes) for (const waiter of waitingForRoom.splice(0)) end(waiter);
  const isEmpty = log.bytes === 0 && log.piecesUnderWay === 0;
  if (error !== undefined || isEmpty) for (const waiter of waitingForEnd.splice(0)) end(waiter);
}

/** A piece leaves when it is large enough, or after a moment. */
function schedule(log: Log, options: OutputsOptions): void {
  if (log.bytes >= gatherBytes) sendNext(log, options);
  else
    log.timer ??= setTimeout(() => {
      log.timer = undefined;
      sendNext(log, options);
    }, gatherMs).unref();
}

function sendNext(log: Log, options: OutputsOptions): void {
  if (log.piecesUnderWay > 0 || log.bytes === 0) return;
  clearTimeout(log.timer);
  log.timer = undefined;
  sendPiece(log, options);
}

function sendPiece(log: Log, options: OutputsOptions): void {
  const data = takeBytes(log);
  putPiece(log, options, { data, offset: log.offset, isMoved: false, timeMs: log.sinceMs });
  log.offset += data.length;
}

type Piece = {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  readonly timeMs: number;
  /** Whether it was put to where the server says the log ends. */
  readonly isMoved: boolean;
};

function putPiece(log: Log, options: OutputsOptions, piece: Piece): void {
  const { held, stream } = log;
  const requestId = options.nextRequestId();
  const request = create(AppendOutputRequestSchema, {
    leaseToken: held.leaseToken,
    stream,
    requestId,
    data: piece.data,
    offset: BigInt(piece.offset),
    time: timestampFromMs(piece.timeMs),
  });
  const item: Item = {
    list: "outputs",
    key: requestId,
    bytes: toBinary(AppendOutputRequestSchema, request),
    onAnswer: (settled) => void (options.retryLater(item, settled) || takeAnswer(log, options, piece, settled)),
  };
  log.piecesUnderWay += 1;
  options.put(item);
}

function takeAnswer(log: Log, options: OutputsOptions, piece: Piece, { result, requestId }: Settled): void {
  log.piecesUnderWay -= 1;
  if (result.case === "error") {
    const error = errorOfDetail(result.value, requestId);
    if (moveToEnd(log, options, piece, error)) return;
    log.error = error;
    log.chunks = [];
    log.bytes = 0;
    options.onRefused(log.held, log.stream, error);
  } else if (log.bytes > 0) {
    const isWanted = log.bytes >= gatherBytes || log.waitingForEnd.length > 0;
    if (isWanted && !log.isFinished) sendNext(log, options);
    else if (!log.isFinished) schedule(log, options);
  }
  settleWaiters(log);
}

/** A crash of Postgres may have lost the last moment of the log: it goes on where it ends now. */
function moveToEnd(log: Log, options: OutputsOptions, piece: Piece, { reason, facts }: AsyncGateError): boolean {
  if (reason !== ErrorReason.OFFSET_MISMATCH || facts.case !== "output" || facts.value.closed) return false;
  const end = Number(facts.value.nextOffset);
  if (piece.isMoved || log.isFinished || end > piece.offset) return false;
  log.offset = end + piece.data.length;
  putPiece(log, options, { ...piece, offset: end, isMoved: true });
  return true;
}

function takeBytes(log: Log): Uint8Array<ArrayBuffer> {
  const all = log.chunks.length === 1 ? (log.chunks[0] as Uint8Array) : Buffer.concat(log.chunks);
  const data = new Uint8Array(all.subarray(0, pieceBytesMax));
  const rest = all.subarray(data.length);
  log.chunks = rest.length > 0 ? [rest] : [];
  log.bytes = rest.length;
  return data;
}
