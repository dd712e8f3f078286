// Retries a call when the contract says that this may help, until its deadline. Every call that changes something has a
// request id, so a call whose answer was lost is done once, however often it is retried.
import { type Backoff, backoffMs, pause } from "./backoff.ts";
import { monotonicMs } from "./durations.ts";
import { type AsyncGateError, asyncGateErrorOf } from "./errors.ts";

export type RetryOptions = Backoff & {
  /** The most attempts of a call. 1: no retry. */
  readonly attemptsMax: number;
};

export const defaultRetry: RetryOptions = { attemptsMax: 8, initialMs: 50, multiplier: 2, maxMs: 5_000 };

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
  const deadline = monotonicMs() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await call(Math.max(1, Math.ceil(deadline - monotonicMs())));
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = asyncGateErrorOf(thrown, requestId);
      const waitMs = retryDelayMs(retry, attempt, error);
      // A wait that leaves no time for another attempt would only delay the error.
      if (!error.retryable || attempt >= retry.attemptsMax || monotonicMs() + waitMs >= deadline) throw error;
      await pause(waitMs, signal);
    }
  }
}

/** At least as long as the server asks for. */
export function retryDelayMs(retry: Backoff, failures: number, error: AsyncGateError): number {
  return (error.retryAfterMs ?? 0) + backoffMs(retry, failures);
}
