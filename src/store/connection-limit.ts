// How many connections the pool may have open. When Postgres refuses one because it allows no more ("too many
// connections"), the callers share those that are open, and from time to time one more is tried.

export type ConnectionLimit = {
  /** The most connections at present: `connectionsMax`, or fewer while Postgres allows fewer. */
  readonly allowed: number;
  /** Postgres refused a connection while `open` others were open. */
  refused(open: number, error: unknown): void;
  /** Postgres accepted a connection; `open` are open now. */
  accepted(open: number): void;
  /** A caller would have to wait: allows more if it is time to try that. */
  probe(): void;
};

export type ConnectionLimitOptions = {
  readonly connectionsMax: number;
  readonly onChange: (allowed: number) => void;
  readonly log: (event: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly probeMinMs?: number;
};

/** Each refused attempt leaves a line in the log of Postgres, so they become rarer while all of them fail. */
const probeMinMsDefault = 2_000;
const probeMaxMs = 60_000;
/** One tenant may use three quarters of the connections: the least step that lets each tenant use one more. */
const probeStep = 2;

export function createConnectionLimit(options: ConnectionLimitOptions): ConnectionLimit {
  const { connectionsMax, onChange, log, probeMinMs = probeMinMsDefault } = options;
  let allowed = connectionsMax;
  let probeWaitMs = probeMinMs;
  let probeAtMs = 0;
  /** From the first refusal until all connections are allowed again: one line in the log for each such time. */
  let isLogged = false;

  function allow(count: number): void {
    if (count === allowed) return;
    allowed = count;
    onChange(count);
  }

  return {
    get allowed() {
      return allowed;
    },
    refused(open, error) {
      // A probe that failed waits longer for the next one; other refusals come in crowds and count once.
      if (performance.now() >= probeAtMs) {
        probeAtMs = performance.now() + probeWaitMs;
        probeWaitMs = Math.min(probeWaitMs * 2, probeMaxMs);
      }
      allow(Math.max(1, open));
      if (isLogged) return;
      isLogged = true;
      log("database_connections_limited", { allowed, pool_max: connectionsMax, error: String(error) });
    },
    accepted(open) {
      if (allowed < connectionsMax) {
        // What was refused before may be allowed now, so the next one is tried at once.
        probeAtMs = 0;
        probeWaitMs = probeMinMs;
        allow(Math.max(allowed, open));
      }
      if (allowed < connectionsMax || !isLogged) return;
      isLogged = false;
      log("database_connections_allowed", { allowed });
    },
    probe() {
      if (allowed < connectionsMax && performance.now() >= probeAtMs) {
        allow(Math.min(allowed + probeStep, connectionsMax));
      }
    },
  };
}
