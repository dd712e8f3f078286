// What is said between the carrier, which keeps the stream, and the desk, which runs the handlers. Plain data, because
// the two may be in different threads.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ErrorDetailSchema } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Backoff } from "./backoff.ts";
import { AsyncGateError, errorInitOf } from "./errors.ts";
import type { ConnectionOptions } from "./transport.ts";

export type Frame = Uint8Array<ArrayBuffer>;

export type SessionKeeperOptions = {
  readonly connection: ConnectionOptions;
  /** One after the other is tried. */
  readonly endpoints: readonly string[];
  /** The Hello, without what belongs to a single stream. */
  readonly hello: Frame;
  readonly reconnect: Backoff;
};

/** Streams are counted from 1: what was meant for one that is gone is not sent on the next. */
export type ToSession =
  | { readonly type: "frame"; readonly stream: number; readonly frame: Frame }
  | { readonly type: "held"; readonly stream: number; readonly leaseTokens: readonly string[] }
  /** Say hello again on a new stream. */
  | { readonly type: "renew"; readonly stream: number }
  /** The bye is sent: no stream comes after this one, which gets so long to end. */
  | { readonly type: "close"; readonly withinMs: number };

export type FromSession =
  /** A session is about to be taken up again: which leases are still worked on? */
  | { readonly type: "asking"; readonly stream: number }
  | {
      readonly type: "frame";
      readonly stream: number;
      readonly frame: Frame;
      readonly atMs: number;
      readonly endpoint: string;
    }
  /** A frame of the desk has gone out. */
  | { readonly type: "written"; readonly stream: number }
  | { readonly type: "broken"; readonly stream: number; readonly failure: Failure; readonly retryInMs: number }
  /** No beat was answered for so long that the leases may be somebody else's. */
  | { readonly type: "lapsed" }
  /** The carrier is done: with a failure that no further stream would mend, or as it was told. */
  | { readonly type: "over"; readonly failure?: Failure };

export type Port<Out> = { post(message: Out): void };

/** An error as plain data. */
export type Failure = { readonly message: string; readonly code: number; readonly detail?: Frame | undefined };

export function failureOf(thrown: unknown): Failure {
  const { message, code, detail } = errorInitOf(thrown);
  return { message, code, detail: detail && (toBinary(ErrorDetailSchema, detail) as Frame) };
}

export function errorOfFailure({ message, code, detail }: Failure): AsyncGateError {
  return new AsyncGateError({ message, code, detail: detail && fromBinary(ErrorDetailSchema, detail) });
}
