// Lanes come with the first task that waits in them, and stay.
import { addBounded } from "../../core/bounded-map.ts";
import type { Lane } from "../../core/lane.ts";
import { insertLanes, insertPrincipalLanes } from "../../store/lane.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

/** How many lanes a server remembers; each costs about a hundred bytes. */
const knownLanesMax = 100_000;

export async function makeLanes(
  { knownLanes }: Engine,
  tx: Transaction,
  tenantId: string,
  wanted: readonly Lane[],
): Promise<void> {
  const name = (laneId: number) => `${tenantId}/${laneId}`;
  const lanes = new Map(wanted.map((lane) => [lane.laneId, lane]));
  const missing = [...lanes.values()]
    .filter((lane) => !knownLanes.has(name(lane.laneId)))
    .sort((one, other) => one.laneId - other.laneId);
  if (missing.length === 0) return;
  const common = missing.filter(({ addressee }) => addressee === undefined);
  const addressed = missing.flatMap((lane) => (lane.addressee === undefined ? [] : { ...lane, to: lane.addressee }));
  await Promise.all([
    common.length > 0 ? insertLanes(tx, { tenantId, ...columnsOf(common) }) : undefined,
    addressed.length > 0
      ? insertPrincipalLanes(tx, { tenantId, principals: addressed.map(({ to }) => to), ...columnsOf(addressed) })
      : undefined,
  ]);
  tx.afterCommit(() => {
    for (const lane of missing) addBounded(knownLanes, name(lane.laneId), knownLanesMax);
  });
}

function columnsOf(lanes: readonly Lane[]) {
  return {
    laneIds: lanes.map((lane) => lane.laneId),
    queues: lanes.map((lane) => lane.queue),
    types: lanes.map((lane) => lane.type),
    capabilities: lanes.map((lane) => JSON.stringify(lane.capabilities)),
    priorities: lanes.map((lane) => lane.priority),
  };
}
