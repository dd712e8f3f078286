// Addresses in cooldown: two of their connections were ended for a flood shortly after each other. Ending a connection
// alone does not stop a client that opens the next one. New connections of such an address get health checks and
// metrics only (see probe-connections.ts); connections that are open already are left alone.
import { renewBounded } from "../../core/bounded-map.ts";

export type AddressCooldown = {
  /** Counts a connection of this address that was ended for a flood. */
  recordFlood(address: string): FloodOutcome;
  /** How long the cooldown of this address still lasts: 0 when it is in none. */
  remainingMs(address: string): number;
};

/** `extended`: the address was in cooldown already. */
export type FloodOutcome = "first" | "started" | "extended";

export type AddressCooldownOptions = {
  /** 0 switches cooldowns off: behind a proxy all clients have one address. */
  readonly cooldownMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
};

/** A client with a fault may open a new connection and fail once more; a flood goes on. */
const floodsMax = 2;
/** A few megabytes. Beyond, the addresses whose last flood is longest ago are forgotten. */
const addressesMax = 10_000;
/** How long a flood is remembered where cooldowns are off: then it decides only what is logged. */
const defaultWindowMs = 10_000;

type FloodRecord = { readonly floods: number; readonly firstMs: number; readonly cooldownUntilMs: number };

export function createAddressCooldown({ cooldownMs, monotonicMs }: AddressCooldownOptions): AddressCooldown {
  const windowMs = cooldownMs === 0 ? defaultWindowMs : cooldownMs;
  const records = new Map<string, FloodRecord>();

  return {
    recordFlood(address) {
      const nowMs = monotonicMs();
      const before = records.get(address);
      const isExtended = before !== undefined && nowMs < before.cooldownUntilMs;
      const isRepeated = isExtended || (before !== undefined && nowMs - before.firstMs <= windowMs);
      const floods = (isRepeated ? before.floods : 0) + 1;
      const cooldownUntilMs = floods >= floodsMax ? nowMs + windowMs : 0;
      const record = { floods, firstMs: isRepeated ? before.firstMs : nowMs, cooldownUntilMs };
      renewBounded(records, address, record, addressesMax);
      if (isExtended) return "extended";
      return cooldownUntilMs > 0 ? "started" : "first";
    },
    remainingMs(address) {
      const record = cooldownMs === 0 ? undefined : records.get(address);
      return record === undefined ? 0 : Math.max(0, record.cooldownUntilMs - monotonicMs());
    },
  };
}
