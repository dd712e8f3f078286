// Lanes: kinds of task that workers tell apart. The id follows from the kind, so that servers agree without asking.
import { digestOf } from "./chain.ts";

export type Lane = {
  readonly laneId: number;
  readonly queue: string;
  readonly type: string;
  /** Sorted, each once. */
  readonly capabilities: readonly string[];
  readonly priority: number;
};

/** 48 bits: an exact JavaScript number, and two of ten thousand lanes share one once in millions of tenants. */
const laneIdBytes = 6;

export function laneOf(kind: Omit<Lane, "laneId">): Lane {
  const capabilities = [...new Set(kind.capabilities)].sort();
  const digest = digestOf("lane", kind.queue, kind.type, String(kind.priority), ...capabilities);
  return { ...kind, capabilities, laneId: Buffer.from(digest).readUIntBE(0, laneIdBytes) };
}
