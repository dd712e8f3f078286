// How long to wait before a retry: exponentially longer each time, and a random part of that, so that many callers that
// failed together do not come back together.

export type Backoff = {
  /** The longest wait before the first retry. */
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
};

/** `failures` counts from 1. Between zero and the whole wait. */
export function backoffMs({ initialMs, multiplier, maxMs }: Backoff, failures: number): number {
  return Math.random() * Math.min(maxMs, initialMs * multiplier ** (failures - 1));
}

/** Resolves early if the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const over = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal?.addEventListener("abort", over);
  });
}
