// The clock of workers.

/** Milliseconds of a clock that never goes back and is the same in all threads of a process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
