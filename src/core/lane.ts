// Lanes: kinds of task that workers tell apart. The id follows from the kind, so that servers agree without asking.
import { digestOf } from "./chain.ts";

export type Lane = {
  readonly laneId: number;
  readonly queue: string;
  readonly type: string;
  /** Sorted, each once. */
  readonly capabilities: readonly string[];
  readonly priority: number;
  /** The only principal that may lease its tasks, as text; absent: any. */
  readonly addressee?: string | undefined;
};

/** 48 bits: an exact JavaScript number, and two of ten thousand lanes share one once in millions of tenants. */
const laneIdBytes = 6;

/** The kind that was asked for last, and its lane: the tasks of a batch are mostly of one kind. */
let last: { readonly kind: Omit<Lane, "laneId">; readonly lane: Lane } | undefined;

export function laneOf(kind: Omit<Lane, "laneId">): Lane {
  if (last === undefined || !isSame(last.kind, kind)) last = { kind, lane: makeLane(kind) };
  return last.lane;
}

function isSame(one: Omit<Lane, "laneId">, other: Omit<Lane, "laneId">): boolean {
  const { capabilities } = one;
  return (
    one.queue === other.queue &&
    one.type === other.type &&
    one.priority === other.priority &&
    one.addressee === other.addressee &&
    capabilities.length === other.capabilities.length &&
    capabilities.every((capability, place) => capability === other.capabilities[place])
  );
}

function makeLane(kind: Omit<Lane, "laneId">): Lane {
  const capabilities = [...new Set(kind.capabilities)].sort();
  const parts = [kind.queue, kind.type, String(kind.priority), ...capabilities];
  const { addressee } = kind;
  const digest =
    addressee === undefined ? digestOf("lane", ...parts) : digestOf("lane of a principal", addressee, ...parts);
  return { ...kind, capabilities, laneId: Buffer.from(digest).readUIntBE(0, laneIdBytes) };
}
