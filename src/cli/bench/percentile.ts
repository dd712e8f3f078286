// Percentiles of samples.

/** The smallest value that at least this part of the samples does not exceed. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
  if (value === undefined) throw new Error("no sample was taken");
  return value;
}
