// Retries a call when the contract says that this may help, until its deadline. Every call that changes something has a
// request id, so a call whose answer was lost is done once, however often it is retried.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Backoff, backoffMs, pause } from "./backoff.ts";
import { type AsyncGateError, asyncGateErrorOf } from "./errors.ts";

export type RetryOptions = Backoff & {
  /** The most attempts of a call. 1: no retry. If absent, as many as its deadline leaves time for. */
  readonly attemptsMax: number;
};

/** A server that restarts is away for some seconds: pauses grow until then, and no further. */
export const defaultRetry: RetryOptions = {
  attemptsMax: Number.POSITIVE_INFINITY,
  initialMs: 50,
  multiplier: 2,
  maxMs: 2_000,
};

export type CallBounds = {
  readonly signal?: AbortSignal | undefined;
  /** For the whole call, retries included. */
  readonly timeoutMs: number;
  readonly requestId?: string | undefined;
};

export async function callWithRetry<Answer>(
  retry: RetryOptions,
  { signal, timeoutMs, requestId }: CallBounds,
  call: (timeoutMs: number) => Promise<Answer>,
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  let before: AsyncGateError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await call(Math.max(1, Math.ceil(deadline - performance.now())));
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = asyncGateErrorOf(thrown, requestId);
      // That the time is over says less than why the attempts before have failed.
      if (before && error.reason === ErrorReason.DEADLINE_EXCEEDED) throw before;
      before = error;
      const waitMs = retryDelayMs(retry, attempt, error);
      // A wait that leaves no time for another attempt would only delay the error.
      if (!error.retryable || attempt >= retry.attemptsMax || performance.now() + waitMs >= deadline) throw error;
      await pause(waitMs, signal);
    }
  }
}

/** At least as long as the server asks for. */
export function retryDelayMs(retry: Backoff, failures: number, error: AsyncGateError): number {
  return (error.retryAfterMs ?? 0) + backoffMs(retry, failures);
}
