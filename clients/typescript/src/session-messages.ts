// Messages between the session keeper, which keeps the stream, and the worker loop, which runs the handlers. They are
// plain data, because the two may run in different threads.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { ErrorDetailSchema } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Backoff } from "./backoff.ts";
import { AsyncGateError, errorInitOf } from "./errors.ts";
import type { ConnectionOptions } from "./transport.ts";

export type Frame = Uint8Array<ArrayBuffer>;

export type SessionKeeperOptions = {
  readonly connection: ConnectionOptions;
  /** In place of connections, within one thread. */
  readonly transport?: Transport;
  /** Tried in turn. */
  readonly endpoints: readonly string[];
  /** The Hello, without the fields that differ from stream to stream. */
  readonly hello: Frame;
  readonly reconnect: Backoff;
  /** The session of an earlier process, and how long its leases last if it cannot be resumed. */
  readonly resume?: { readonly token: string; readonly withinMs: number };
};

/** Streams are numbered from 1: a message for a stream that has ended is not sent on the next one. */
export type ToKeeper =
  | { readonly type: "frame"; readonly stream: number; readonly frame: Frame }
  /** The answer to `held_wanted`. */
  | { readonly type: "held"; readonly stream: number; readonly leaseTokens: readonly string[] }
  /** Begin a new stream. */
  | { readonly type: "reconnect"; readonly stream: number }
  /** The bye is sent: no stream follows this one, which is aborted if it has not ended in this time. */
  | { readonly type: "close"; readonly withinMs: number };

export type FromKeeper =
  /** The session is about to be resumed: which leases are still held? */
  | { readonly type: "held_wanted"; readonly stream: number }
  | {
      readonly type: "frame";
      readonly stream: number;
      readonly frame: Frame;
      readonly receivedAtMs: number;
      readonly endpoint: string;
    }
  /** A frame of the worker loop has been written. */
  | { readonly type: "frame_written"; readonly stream: number }
  | { readonly type: "disconnected"; readonly stream: number; readonly failure: Failure; readonly retryInMs: number }
  /** No heartbeat was acknowledged for so long that other workers may hold the leases by now. */
  | { readonly type: "leases_expired" }
  /** The keeper has stopped: as it was told to, or because of a failure that no further stream would avoid. */
  | { readonly type: "closed"; readonly failure?: Failure };

export type Port<Message> = { post(message: Message): void };

/** An error as plain data. */
export type Failure = { readonly message: string; readonly code: number; readonly detail?: Frame | undefined };

export function failureOf(thrown: unknown): Failure {
  const { message, code, detail } = errorInitOf(thrown);
  return { message, code, detail: detail && (toBinary(ErrorDetailSchema, detail) as Frame) };
}

export function errorOfFailure({ message, code, detail }: Failure): AsyncGateError {
  return new AsyncGateError({ message, code, detail: detail && fromBinary(ErrorDetailSchema, detail) });
}
