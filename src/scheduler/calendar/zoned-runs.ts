// When a wall-clock rule fires in a zone. Where the zone's offset jumps, some local times do not exist and others exist
// twice; what happens to them is the rule's policy, and never an accident of the arithmetic.
import type { Stretch, TimeZone } from "./time-zone.ts";
import type { WallClock } from "./wall-clock.ts";

export type ZonedRule = {
  readonly clock: WallClock;
  readonly zone: TimeZone;
  /** For local times that do not exist. */
  readonly gap: "first_instant_after" | "same_distance" | "skip";
  /** For local times that exist twice. */
  readonly overlap: "first" | "second" | "both";
};

/** A time at which a rule fires, in milliseconds. */
export type Firing = {
  readonly at: number;
  /** The local time that the rule names and that does not exist, as if it were UTC. */
  readonly movedFrom?: number;
  /** The rule has fired at the same local time before, an offset ago. */
  readonly isRepeat: boolean;
};

/** No offset is as large. */
const dayMs = 86_400_000;

/** The first firing at or after `from`. Undefined if there is none before `before`. */
export function nextZoned(rule: ZonedRule, from: number, before: number): Firing | undefined {
  for (let at = from; at < before; ) {
    const stretch = rule.zone.stretchAt(at);
    const moved = nextMoved(rule, stretch, at);
    const wall = rule.clock.next(firstWall(rule, stretch, at));
    const isHere = wall !== undefined && wall < wallEnd(rule, stretch);
    const ordinary = isHere ? ordinaryFiring(rule, stretch, wall) : undefined;
    const found = earlier(ordinary, moved);
    if (found !== undefined) return found.at < before ? found : undefined;
    if (wall === undefined) return undefined;
    // No local time from here to `wall` matches, so the stretches in between need not be looked at. But the local times
    // before it may come again in the next one.
    const isRepeated = stretch.offsetAfter < stretch.offset;
    at = isRepeated ? stretch.until : Math.max(stretch.until, wall - dayMs);
  }
  return undefined;
}

function earlier(one: Firing | undefined, other: Firing | undefined): Firing | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.at <= other.at ? one : other;
}

function ordinaryFiring(rule: ZonedRule, stretch: Stretch, wall: number): Firing {
  const isRepeat = rule.overlap === "both" && wall < stretch.from + stretch.offsetBefore;
  return { at: wall - stretch.offset, isRepeat };
}

/** Where to look for local times from: behind those that the stretch before had already, if only the first counts. */
function firstWall(rule: ZonedRule, stretch: Stretch, at: number): number {
  const wall = at + stretch.offset;
  return rule.overlap === "first" ? Math.max(wall, stretch.from + stretch.offsetBefore) : wall;
}

/** Where the local times end: before those that the next stretch will have again, if only the second counts. */
function wallEnd(rule: ZonedRule, stretch: Stretch): number {
  const offset = rule.overlap === "second" ? Math.min(stretch.offset, stretch.offsetAfter) : stretch.offset;
  return stretch.until + offset;
}

/** The next firing that is moved here, out of the gap with which the stretch begins. */
function nextMoved(rule: ZonedRule, stretch: Stretch, at: number): Firing | undefined {
  const { from, offset, offsetBefore } = stretch;
  const isReached = rule.gap === "same_distance" ? at < from + (offset - offsetBefore) : at <= from;
  if (rule.gap === "skip" || offset <= offsetBefore || !isReached) return undefined;
  const gapBegin = from + offsetBefore;
  const movedFrom = rule.clock.next(rule.gap === "same_distance" ? at + offsetBefore : gapBegin);
  if (movedFrom === undefined || movedFrom >= from + offset) return undefined;
  return { at: rule.gap === "same_distance" ? movedFrom - offsetBefore : from, movedFrom, isRepeat: false };
}
