// How commands pick their targets: by a number, modulo how many there are.
import type { Actor } from "./calls.ts";
import type { Model, ModelTask } from "./model.ts";

export const seconds = 1_000;

export const operator: Pick<Actor, "kind" | "id"> = { kind: "human", id: "o" };

/** To which questions are escalated. */
export const escalated: Pick<Actor, "kind" | "id"> = { kind: "agent", id: "a1" };

export const at = <Value>(all: readonly Value[], pick: number): Value | undefined =>
  all[pick % Math.max(all.length, 1)];

/** Mostly one of the tasks that suit the command, else any. */
export function pickTask(model: Model, pick: number, suits: (task: ModelTask) => boolean): ModelTask | undefined {
  const suitable = model.tasks.filter(suits);
  return at(pick % 4 === 0 || suitable.length === 0 ? model.tasks : suitable, pick);
}
