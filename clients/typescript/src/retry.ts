// Says a call again when the contract says that this may help, until its deadline. Every changing call carries a
// request id, so a call whose answer was lost is done once however often it is said.
import { type Backoff, backoffMs, pause } from "./backoff.ts";
import { monotonicMs } from "./durations.ts";
import { type AsyncGateError, asyncGateErrorOf } from "./errors.ts";

export type RetryOptions = Backoff & {
  /** How often a call is said at the most. 1: never again. */
  readonly attemptsMax: number;
};

export const defaultRetry: RetryOptions = { attemptsMax: 8, initialMs: 50, multiplier: 2, maxMs: 5_000 };

export type CallBounds = {
  readonly signal?: AbortSignal | undefined;
  /** The whole call, with every time it is said again. */
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
      // A wait that leaves no time for the call would only tell the same later.
      if (!error.retryable || attempt >= retry.attemptsMax || monotonicMs() + waitMs >= deadline) throw error;
      await pause(waitMs, signal);
    }
  }
}

/** Never less than the server needs. */
export function retryDelayMs(retry: Backoff, failures: number, error: AsyncGateError): number {
  return (error.retryAfterMs ?? 0) + backoffMs(retry, failures);
}
