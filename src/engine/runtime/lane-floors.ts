// Where the living tasks of a lane begin, as far as this server has seen. Claimed rows stay dead at the head of
// what claims scan until Postgres may clear them away, and any long transaction can delay that for hours. A look that
// has become expensive starts where the last one ended, and only now and then at the beginning. The floor is only a
// hint: a task that a look skips is found by the next look from the beginning.
import { renewBounded, setBounded } from "../../core/bounded-map.ts";
import type { PickReadyRow } from "../../store/ready.sql.gen.ts";

/** From where to look in which lanes; lanes that are not named are looked through from their beginning. */
export type Start = { readonly laneIds: readonly number[]; readonly floors: readonly Date[] };

export type LaneFloors = {
  startOf(tenantId: string, now: Date): Start;
  /** What a look has found, what of it was taken, and how long the database took to find it. */
  found(tenantId: string, look: Look): void;
  /** Tasks wait at their old places again, which may be before those that a look would start at. */
  returned(tenantId: string, tasks: readonly Pick<PickReadyRow, "laneId" | "eligibleTime">[]): void;
};

export type Look = {
  readonly now: Date;
  readonly start: Start;
  readonly picked: readonly PickReadyRow[];
  readonly takenIds: ReadonlySet<string>;
  readonly tookMs: number;
};

const fromTheBeginning: Start = { laneIds: [], floors: [] };
/** A look over some ten thousand dead rows. What is quicker than that needs no hint. */
const expensiveMs = 10;
/** Looks from the beginning take no more than a twentieth of the time, and come once a second where they may. */
const costFactor = 20;
const beginningIntervalMs = 1_000;
/** Tasks become visible when their transaction commits, a moment after the time that they carry. */
const slackMs = 250;
/** The lanes of a tenant where most happens; the others have few dead rows. */
const lanesMax = 16;
const tenantsMax = 10_000;

type Known = {
  /** Least recently seen first. */
  readonly floors: Map<number, number>;
  costMs: number;
  beganMs: number;
};

export function createLaneFloors(): LaneFloors {
  const tenants = new Map<string, Known>();

  function knownOf(tenantId: string): Known {
    const known = tenants.get(tenantId) ?? { floors: new Map(), costMs: 0, beganMs: 0 };
    if (!tenants.has(tenantId)) {
      setBounded(tenants, tenantId, known, tenantsMax);
    }
    return known;
  }

  return {
    startOf(tenantId, now) {
      const known = tenants.get(tenantId);
      if (!known || known.costMs < expensiveMs) return fromTheBeginning;
      const restMs = Math.max(beginningIntervalMs, known.costMs * costFactor);
      if (now.getTime() - known.beganMs >= restMs) return fromTheBeginning;
      const floors = [...known.floors];
      return {
        laneIds: floors.map(([laneId]) => laneId),
        floors: floors.map(([, floorMs]) => new Date(floorMs - slackMs)),
      };
    },
    found(tenantId, { now, start, picked, takenIds, tookMs }) {
      const known = knownOf(tenantId);
      if (start.laneIds.length === 0) {
        known.costMs = tookMs;
        known.beganMs = now.getTime();
      }
      for (const [laneId, floorMs] of floorsOf(picked, takenIds)) {
        renewBounded(known.floors, laneId, floorMs, lanesMax);
      }
    },
    returned(tenantId, tasks) {
      const floors = tenants.get(tenantId)?.floors;
      for (const { laneId, eligibleTime } of tasks) {
        const floorMs = floors?.get(laneId);
        if (floorMs !== undefined) floors?.set(laneId, Math.min(floorMs, eligibleTime.getTime()));
      }
    },
  };
}

/** The oldest that a look has left; where it took all that it found of a lane, the youngest that it took. */
function floorsOf(picked: readonly PickReadyRow[], takenIds: ReadonlySet<string>): Map<number, number> {
  const left = new Map<number, number>();
  const taken = new Map<number, number>();
  for (const { laneId, taskId, eligibleTime } of picked) {
    const timeMs = eligibleTime.getTime();
    if (takenIds.has(taskId)) taken.set(laneId, Math.max(taken.get(laneId) ?? timeMs, timeMs));
    else left.set(laneId, Math.min(left.get(laneId) ?? timeMs, timeMs));
  }
  return new Map([...taken, ...left]);
}
