// Waits as random commands have them, and how each becomes what a call asks for.
import fc from "fast-check";
import { OnImpossible, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type AskedCondition, type AskedWait, nameOf } from "./calls.ts";
import type { Model } from "./model.ts";
import { at, seconds } from "./picking.ts";
import { channels } from "./signals.ts";

/** Conditions on tasks by number, on times, or on signals. */
type WaitingCondition =
  | { readonly pick: number; readonly accept: readonly TaskState[]; readonly discharged: boolean }
  | Exclude<AskedCondition, { readonly taskId: string }>;
export type Waiting = {
  readonly groups: readonly (readonly WaitingCondition[])[];
  readonly onImpossible: OnImpossible;
};

const { SUCCEEDED, FAILED, CANCELED } = TaskState;
const number = fc.nat({ max: 1_000 });
const condition: fc.Arbitrary<WaitingCondition> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      pick: number,
      accept: fc.constantFrom([SUCCEEDED], [SUCCEEDED], [SUCCEEDED, FAILED], [FAILED, CANCELED]),
      discharged: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ afterMs: fc.constantFrom(0, 3 * seconds, 40 * seconds) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      channel: fc.constantFrom("", ...channels, ...channels),
      count: fc.constantFrom(1, 1, 1, 2, 3),
    }),
  },
);
const group = fc.array(condition, { minLength: 1, maxLength: 2 });
/** With one group, so that its owner is told once. */
const kept = fc.record({ groups: fc.tuple(group), onImpossible: fc.constant(OnImpossible.KEEP) });
export const waiting: fc.Arbitrary<Waiting> = fc.oneof(
  { weight: 1, arbitrary: kept },
  {
    weight: 5,
    arbitrary: fc.record({
      groups: fc.array(group, { minLength: 1, maxLength: 2 }),
      onImpossible: fc.constantFrom(OnImpossible.FAIL, OnImpossible.FAIL, OnImpossible.CANCEL, OnImpossible.RUN),
    }),
  },
);

/** Mostly on tasks that the caller may read. Undefined where there is no task to wait for. */
export function waitOf(model: Model, actor: Actor, { groups, onImpossible }: Waiting): AskedWait | undefined {
  const ofTenant = model.tasks.filter(({ tenant: one }) => one === actor.tenant);
  const me = nameOf(actor);
  const readable = ofTenant.filter((task) => [task.owner, task.obligated, task.lease?.holder].includes(me));
  if (ofTenant.length === 0) return undefined;
  const asked = groups.map((group) =>
    group.map((one): AskedCondition => {
      if (!("pick" in one)) return one;
      const { pick, accept, discharged } = one;
      const task = at(pick % 8 === 0 || readable.length === 0 ? ofTenant : readable, pick);
      return { taskId: task?.taskId ?? "", accept, discharged };
    }),
  );
  return { groups: asked, onImpossible };
}
