// Calls a second: a bucket of tokens for each tenant and one for each of its principals. A call takes one of both or is
// refused; a frame of a stream takes one of both and is read when its turn has come. Buckets are this server's own:
// with N servers behind one address a caller may come N times as often.
import { setTimeout as wait } from "node:timers/promises";
import { compoundKey } from "../../core/compound-key.ts";
import { type Refusal, rateLimited } from "../../core/refusal.ts";
import { fill, fullBucket, hasToken, isFull, msUntil, type TokenBucket } from "../../core/token-bucket.ts";
import type { Caller } from "../../engine/caller.ts";

export type RatesOptions = {
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
};

export type Rates = {
  /** Takes a call, or tells why it may not be made now. */
  take(identity: Caller): Refusal | undefined;
  /** Takes a frame of a stream, and tells in how many milliseconds it may be read. */
  pace(identity: Caller): number;
  /** Resolves a moment later; at once where too many wait so already. */
  holdBack(): Promise<void>;
};

/**
 * A caller that retries as soon as it is refused would keep the server busy refusing it: 64 such callers could draw
 * thousands of refusals a second. With answers this late they draw a few hundred.
 */
const holdBackMs = 250;
/** A held answer costs a few kilobytes. Beyond these, refusals are answered at once. */
const heldBackMax = 4_000;
const bucketsMax = 100_000;
/** How many stay when there are too many: some thousand go at once, so that the search for them is rare. */
const bucketsKept = 90_000;
const msPerSecond = 1_000;

type Bucket = TokenBucket & {
  /** How often it was asked in this second of the clock. */
  asked: number;
  second: number;
};

export function createRates({ monotonicMs }: RatesOptions): Rates {
  const buckets = new Map<string, Bucket>();
  let heldBack = 0;

  function filled(name: string, perSecond: number, burst: number, nowMs: number): Bucket {
    const bucket = buckets.get(name);
    if (bucket === undefined) {
      if (buckets.size >= bucketsMax) makeRoom(buckets, nowMs);
      const fresh = { ...fullBucket({ perSecond, burst }, nowMs), asked: 0, second: 0 };
      buckets.set(name, fresh);
      return fresh;
    }
    bucket.perSecond = perSecond;
    bucket.burst = burst;
    fill(bucket, nowMs);
    return bucket;
  }

  function bucketsOf({ tenantId, principalText, limits }: Caller) {
    const nowMs = monotonicMs();
    const { calls_per_second_max: all, calls_burst_max: allAtOnce } = limits;
    const { principal_calls_per_second_max: own, principal_calls_burst_max: ownAtOnce } = limits;
    const tenant = filled(tenantId, all, allAtOnce, nowMs);
    const principal = filled(compoundKey(tenantId, principalText), own, ownAtOnce, nowMs);
    count(tenant, nowMs);
    count(principal, nowMs);
    return { tenant, principal };
  }

  return {
    take(identity) {
      const { tenant, principal } = bucketsOf(identity);
      if (!hasToken(principal)) return refusalOf(principal, "principal_");
      if (!hasToken(tenant)) return refusalOf(tenant, "");
      principal.tokens -= 1;
      tenant.tokens -= 1;
      return undefined;
    },
    pace(identity) {
      const { tenant, principal } = bucketsOf(identity);
      // On credit: a stream owes no more than the one frame that it waits for.
      principal.tokens -= 1;
      tenant.tokens -= 1;
      return Math.max(msUntil(principal, 0), msUntil(tenant, 0));
    },
    async holdBack() {
      if (heldBack >= heldBackMax) return;
      heldBack += 1;
      await wait(holdBackMs);
      heldBack -= 1;
    },
  };
}

function count(bucket: Bucket, nowMs: number): void {
  const second = Math.floor(nowMs / msPerSecond);
  if (bucket.second !== second) bucket.asked = 0;
  bucket.second = second;
  bucket.asked += 1;
}

/** Names the rate if the caller has exceeded it within this second, otherwise the burst. */
function refusalOf(bucket: Bucket, prefix: "" | "principal_"): Refusal {
  const { asked, perSecond, burst } = bucket;
  const limit =
    asked > perSecond
      ? { limit: `${prefix}calls_per_second_max`, bound: perSecond, value: asked }
      : { limit: `${prefix}calls_burst_max`, bound: burst, value: burst + 1 };
  return rateLimited(limit, msUntil(bucket, 1));
}

/** A bucket that is full again says nothing that a new one would not; of the others the oldest go. */
function makeRoom(buckets: Map<string, Bucket>, nowMs: number): void {
  for (const [name, bucket] of buckets) if (isFull(bucket, nowMs)) buckets.delete(name);
  for (const name of buckets.keys()) {
    if (buckets.size <= bucketsKept) break;
    buckets.delete(name);
  }
}
