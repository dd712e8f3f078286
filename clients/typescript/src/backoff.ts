// How long to wait before something is tried again: the longer the more often, and each by a random part, so that many
// who failed together do not come back together.
import { setTimeout as sleep } from "node:timers/promises";

export type Backoff = {
  /** The wait before the second try is at most this. */
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
};

/** `failures` counts from 1. Anything from nothing to the whole wait. */
export function backoffMs({ initialMs, multiplier, maxMs }: Backoff, failures: number): number {
  return Math.random() * Math.min(maxMs, initialMs * multiplier ** (failures - 1));
}

/** Resolves at once when the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
