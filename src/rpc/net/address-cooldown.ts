/**
 * Addresses that are let rest: whose connections had to be ended again and again, for frames that only cost or that
 * break the protocol. To end a connection stops nobody who opens the next one; a new one is closed unread for a while.
 */

export type AddressCooldown = {
  /** A connection of this address had to be ended. */
  recordFlood(address: string): void;
  isCoolingDown(address: string): boolean;
};

export type AddressCooldownOptions = {
  /** How long an address rests; 0: never, as for a proxy, behind which everybody has one address. */
  readonly cooldownMs: number;
  readonly monotonicMs: () => number;
};

/** A client with a fault opens its connection anew and may fail again; a flood does so for as long as it is let. */
const endingsMax = 2;
/** Some megabytes. Whoever commands more addresses than this is forgotten sooner. */
const addressesMax = 10_000;

type Known = { endings: number; sinceMs: number; untilMs: number };

export function createAddressCooldown({ cooldownMs, monotonicMs }: AddressCooldownOptions): AddressCooldown {
  const known = new Map<string, Known>();

  function oldest(): string | undefined {
    return known.keys().next().value;
  }

  return {
    recordFlood(address) {
      if (cooldownMs === 0) return;
      const nowMs = monotonicMs();
      const before = known.get(address);
      const isRecent = before !== undefined && nowMs - before.sinceMs <= cooldownMs;
      const endings = (isRecent ? before.endings : 0) + 1;
      const untilMs = endings >= endingsMax ? nowMs + cooldownMs : (before?.untilMs ?? 0);
      known.delete(address); // to the end of the line
      known.set(address, { endings, sinceMs: isRecent ? before.sinceMs : nowMs, untilMs });
      if (known.size > addressesMax) known.delete(oldest() ?? "");
    },
    isCoolingDown(address) {
      const one = known.get(address);
      return one !== undefined && monotonicMs() < one.untilMs;
    },
  };
}
