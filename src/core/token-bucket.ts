// A bucket of tokens: it fills at a steady rate up to its burst, and what it gives is taken off. It has no clock; each
// function is given the time, in milliseconds of a clock that never goes back.

export type TokenBucket = {
  /** As of `filledMs`. Below zero for a bucket that gives on credit. */
  tokens: number;
  filledMs: number;
  perSecond: number;
  burst: number;
};

const msPerSecond = 1_000;
/** One, less the rounding error of adding up fractions: a caller that retries when told finds its token. */
const oneToken = 1 - 1e-9;

export function fullBucket({ perSecond, burst }: Pick<TokenBucket, "perSecond" | "burst">, nowMs: number): TokenBucket {
  return { tokens: burst, filledMs: nowMs, perSecond, burst };
}

/** Adds what has come since it was last filled. */
export function fill(bucket: TokenBucket, nowMs: number): void {
  bucket.tokens = tokensAt(bucket, nowMs);
  bucket.filledMs = nowMs;
}

export function hasToken({ tokens }: TokenBucket): boolean {
  return tokens >= oneToken;
}

export function isFull(bucket: TokenBucket, nowMs: number): boolean {
  return tokensAt(bucket, nowMs) >= bucket.burst;
}

/** How long until the bucket, as it was last filled, has so many tokens. */
export function msUntil({ tokens, perSecond }: TokenBucket, wanted: number): number {
  return Math.max(0, ((wanted - tokens) / perSecond) * msPerSecond);
}

function tokensAt({ tokens, filledMs, perSecond, burst }: TokenBucket, nowMs: number): number {
  return Math.min(burst, tokens + ((nowMs - filledMs) / msPerSecond) * perSecond);
}
