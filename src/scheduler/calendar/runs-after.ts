// The runs of a spec, one after the other. Previews and firings both come from here, so what is shown is what happens.
// The same spec, schedule and moment give the same runs, on every machine with the same time zone data.
import { createHash } from "node:crypto";
import type { ScheduleSpec } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { type CompiledSpec, compiledSpecOf } from "./compile-spec.ts";
import type { Exclusion } from "./rules.ts";
import type { Firing } from "./zoned-runs.ts";

export type Run = {
  /** The time that the run stands for: a whole second. */
  readonly runTime: Date;
  /** When it is to be fired: the run time and its jitter. */
  readonly dueTime: Date;
  /** The run time on the clocks of the zone: `2026-03-29T03:00:00+02:00`. */
  readonly localTime: string;
  /** The zone's offset is not what it was at the run before; of the first run, at the moment that was asked for. */
  readonly offsetChanged: boolean;
  /** The local time that the spec names, which does not exist on that day: `2026-03-29T02:30:00`. */
  readonly movedFrom?: string;
  /** The clocks have gone back, and the spec has run at the same local time before. */
  readonly isRepeat: boolean;
};

const secondMs = 1_000;
/** Whole days are excluded in one step each, so this is 27 years without a run. Then there is none. */
const excludedMax = 10_000;
/**
 * Looks at single rules and exclusions for one run, a quarter of a second at most. A spec of many entries that leaves
 * out nearly all it names takes more, and counts as one without a run.
 */
const looksMax = 40_000;
/** Looks after which a caller that wants many runs should go on later: some tenths of a second. */
export const looksAtOnce = 60_000;

/** What has been looked at so far, for callers that want no more than so much. */
export type Work = { looks: number };

/** The runs after the run time `after`, which is not among them. For specs in which checkSpec finds no fault. */
export function* runsAfter(
  spec: ScheduleSpec,
  scheduleId: string,
  after: Date,
  work: Work = { looks: 0 },
): Generator<Run, void, void> {
  const compiled = compiledSpecOf(spec);
  const firings = firingsAfter(compiled, after.getTime(), work);
  const take = () => firings.next().value ?? undefined;
  const hasJitter = compiled.jitterMs > 0;
  let beforeMs = after.getTime();
  for (let current = take(); current !== undefined; ) {
    // Jitter never reaches the next run, so that one has to be known.
    const following = hasJitter ? take() : undefined;
    const room = Math.min(compiled.jitterMs + 1, (following?.at ?? Number.POSITIVE_INFINITY) - current.at);
    const delayMs = hasJitter ? hashOf(scheduleId, current.at) % room : 0;
    yield runOf(compiled, current, beforeMs, delayMs);
    beforeMs = current.at;
    current = hasJitter ? following : take();
  }
}

/** All rules together, without doubles and without what is excluded. */
export function* firingsAfter(
  compiled: CompiledSpec,
  afterMs: number,
  work: Work = { looks: 0 },
): Generator<Firing, void, void> {
  const { exclusions, fromMs, untilMs } = compiled;
  let pending = [...compiled.rules.values()].map((rule) => ({ rule, next: undefined as Firing | undefined }));
  let from = Math.max((Math.floor(afterMs / secondMs) + 1) * secondMs, fromMs);
  let looksBefore = work.looks;
  for (let excluded = 0; excluded < excludedMax && work.looks - looksBefore < looksMax; ) {
    for (const one of pending) {
      if (one.next !== undefined && one.next.at >= from) continue;
      one.next = one.rule.next(from, untilMs);
      work.looks += 1;
    }
    pending = pending.filter(({ next }) => next !== undefined);
    const first = pending.reduce<Firing | undefined>((best, { next }) => earlier(best, next), undefined);
    if (first === undefined) return;
    const resumption = excludedUntil(exclusions, first.at, work);
    if (resumption === undefined) yield first;
    if (resumption === undefined) looksBefore = work.looks;
    excluded = resumption === undefined ? 0 : excluded + 1;
    from = resumption ?? first.at + secondMs;
  }
}

function excludedUntil(exclusions: readonly Exclusion[], at: number, work: Work): number | undefined {
  for (const exclusion of exclusions) {
    const until = exclusion(at);
    work.looks += 1;
    if (until !== undefined) return until;
  }
  return undefined;
}

/** Of two rules that fire at the same time, the one that says nothing about changed clocks. */
function earlier(best: Firing | undefined, next: Firing | undefined): Firing | undefined {
  if (best === undefined || next === undefined) return best ?? next;
  if (best.at !== next.at) return best.at < next.at ? best : next;
  return next.movedFrom === undefined && !next.isRepeat ? next : best;
}

/** A number of 48 bits. */
function hashOf(scheduleId: string, runMs: number): number {
  const runTime = new Date(runMs).toISOString().replace(".000Z", "Z");
  return createHash("sha256").update(`${scheduleId}\n${runTime}`).digest().readUIntBE(0, 6);
}

function runOf({ zone }: CompiledSpec, firing: Firing, beforeMs: number, delayMs: number): Run {
  const { at, movedFrom, isRepeat } = firing;
  const { offset } = zone.stretchAt(at);
  return {
    runTime: new Date(at),
    dueTime: new Date(at + delayMs),
    localTime: `${wallText(at + offset)}${offsetText(offset)}`,
    offsetChanged: zone.stretchAt(beforeMs).offset !== offset,
    ...(movedFrom !== undefined && { movedFrom: wallText(movedFrom) }),
    isRepeat,
  };
}

function wallText(wall: number): string {
  return new Date(wall).toISOString().slice(0, "2026-03-29T03:00:00".length);
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${offsetMs < 0 ? "-" : "+"}${hour}:${minute}`;
}
