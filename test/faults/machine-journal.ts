// What runners under faults write down of each effect before they send it, and what they are to do to themselves there.
// Files of a folder that all processes share: lines are appended whole, so several may write at once.
import { createHash } from "node:crypto";
import { appendFileSync, closeSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Advance } from "../../src/machines/interpreter/types.ts";

/** `death` is as by `kill -9`. A `stall` lasts longer than the lease, so another runner makes the step as well. */
export type Deed = "death before" | "death behind" | "stall before" | "stall behind";

export type Line = {
  readonly taskId: string;
  /** Which of the execution's steps it is. A step that is made again has the same. */
  readonly step: string;
  /** The kind of step: state, phase, effect. */
  readonly place: string;
  /** Of the snapshot. */
  readonly bytes: number;
  /** What befell the runner there. Absent if nothing did. */
  readonly deed?: Deed;
};

/** That a runner was refused, as it no longer held the execution. */
export type Refusal = { readonly taskId: string; readonly refused: string };

export type Plan = {
  /** The part of the effects at which something happens to the runner. Each effect is drawn once. */
  readonly part: number;
  readonly deeds: readonly Deed[];
  readonly seed: number;
  /** A name under which each harm is also done once at each kind of step. Empty: only at those that are drawn. */
  readonly atEach: string;
};

const counters = ["turn", "toolCalls", "attempt", "candidate", "candidates", "at", "asked"];

export function stepOf(made: Advance): Pick<Line, "step" | "place"> {
  const { snapshot, effect } = made;
  const layers = JSON.stringify(snapshot.work?.layer ?? {}, (key, value: unknown) =>
    key === "" || typeof value === "object" || counters.includes(key) ? value : undefined,
  );
  const place = `${snapshot.state}/${snapshot.work?.phase ?? 0}/${effect.type}`;
  return { place, step: `${snapshot.step}/${place}/${digestOf(layers)}` };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** By the name that its run has, which follows from the seed; machines in machines have none but their task's. */
export function nameOf(taskId: string, { snapshot }: Advance): string {
  const { id } = snapshot.context;
  return typeof id === "string" ? id : taskId;
}

/** What is drawn for an effect of an execution: always the same, and once. */
export function draw(folder: string, plan: Plan, name: string, { step, place }: Pick<Line, "step" | "place">) {
  const { part, deeds, seed, atEach } = plan;
  const missing = deeds.find((harm) => atEach !== "" && isFirst(join(folder, digestOf(`${atEach}/${place}/${harm}`))));
  if (missing) return missing;
  const bytes = createHash("sha256").update(`${seed}/${name}/${step}`).digest();
  if (bytes.readUInt32BE(0) / 2 ** 32 >= part) return undefined;
  const deed = deeds[bytes.readUInt32BE(4) % deeds.length];
  if (deed === undefined || !isFirst(join(folder, `drawn-${digestOf(`${name}/${step}`)}`))) return undefined;
  return deed;
}

function isFirst(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch {
    return false;
  }
}

export function note(folder: string, line: Line | Refusal): void {
  appendFileSync(join(folder, "journal"), `${JSON.stringify(line)}\n`);
}

export function readJournal(folder: string): (Line | Refusal)[] {
  const text = readFileSync(join(folder, "journal"), { encoding: "utf8", flag: "a+" });
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line | Refusal]));
}

export function stepsIn(journal: readonly (Line | Refusal)[]): Line[] {
  return journal.filter((line) => "step" in line);
}

export function writePlan(folder: string, plan: Plan): void {
  writeFileSync(join(folder, "plan.new"), JSON.stringify(plan));
  renameSync(join(folder, "plan.new"), join(folder, "plan"));
}

export function readPlan(folder: string): Plan {
  return JSON.parse(readFileSync(join(folder, "plan"), "utf8")) as Plan;
}
