// What follows from a flood, for all connections together: it is logged and counted, and an address that floods again
// goes into cooldown, in which its new connections get health checks and metrics only.
import type { Socket } from "node:net";
import type { Log } from "../../log.ts";
import type { FloodCause, Metrics } from "../metrics.ts";
import { createAddressCooldown } from "./address-cooldown.ts";
import { createProbeConnections } from "./probe-connections.ts";
import { createResetAllowance } from "./reset-allowance.ts";

export type FloodControlOptions = {
  /** 0: no address goes into cooldown. */
  readonly cooldownMs: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly monotonicMs: () => number;
};

type Peer = Pick<Socket, "remoteAddress" | "remotePort">;

export type FloodControl = {
  /** A connection of the address is ended for a flood. */
  record(address: string, cause: FloodCause): void;
  /** Limits a new connection to health checks and metrics if its address is in cooldown. */
  admit(socket: Socket): void;
  isCoolingDown(address: string): boolean;
  /** How long a connection still gets health checks and metrics only; 0 when it gets everything. */
  limitedForMs(socket: Peer | undefined): number;
  /** Takes the cost of resets out of what the address may spend; false when it has spent all. */
  spendResets(socket: Peer, cost: number): boolean;
};

export function createFloodControl({ cooldownMs, log, metrics, monotonicMs }: FloodControlOptions): FloodControl {
  const cooldown = createAddressCooldown({ cooldownMs, monotonicMs });
  const probes = createProbeConnections();
  const resets = createResetAllowance(monotonicMs);
  const isCoolingDown = (address: string) => cooldown.remainingMs(address) > 0;
  return {
    record(address, cause) {
      metrics.connectionFlooded(cause);
      const outcome = cooldown.recordFlood(address);
      // In a cooldown every new connection may flood: the metric tells of those.
      if (outcome !== "extended") log.warn("connection ended for a flood", { address, cause });
      if (outcome === "started" && cooldownMs > 0) {
        log.warn("address gets health checks and metrics only", { address, cause, cooldown_ms: cooldownMs });
      }
    },
    isCoolingDown,
    admit(socket) {
      if (!isCoolingDown(socket.remoteAddress ?? "")) return;
      metrics.connectionLimited();
      probes.admit(socket);
    },
    limitedForMs: (socket) => (probes.has(socket) ? cooldown.remainingMs(socket?.remoteAddress ?? "") : 0),
    // Behind a proxy all clients have one address: there each connection has an allowance of its own.
    spendResets: ({ remoteAddress, remotePort }, cost) =>
      resets.spend(cooldownMs === 0 ? `${remoteAddress}:${remotePort}` : `${remoteAddress}`, cost),
  };
}
