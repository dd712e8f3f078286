// Write scopes in the model: which are held, what keeps two tasks apart, and what a claim may pass by for them.
import fc from "fast-check";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, type AskedScope, agree, type Shape } from "./calls.ts";
import { isHeld, type Model, type ModelLease, type ModelTask } from "./model.ts";

const resource = fc.constantFrom("repo:a", "repo:a/b", "repo:a/b/c", "repo:ab", "db:a");
const scope: fc.Arbitrary<AskedScope> = fc.record({ resource, writes: fc.boolean() });
export const someScopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 2, selector: (one) => one.resource });

export const adding: fc.Arbitrary<Omit<Extract<Asked, { method: "addScopes" }>, "token">> = fc.record({
  method: fc.constant("addScopes" as const),
  scopes: someScopes,
});

export const scopesOf = ({ scopes = [] }: Shape): readonly AskedScope[] => scopes;

/** A scope covers its resource and all below it; two that only read do not disturb each other. */
function overlap(one: AskedScope, other: AskedScope): boolean {
  if (!one.writes && !other.writes) return false;
  const [short = "", long = ""] = [one.resource, other.resource].toSorted((a, b) => a.length - b.length);
  return long === short || long.startsWith(`${short}/`);
}

function anyOverlap(some: readonly AskedScope[], others: readonly AskedScope[]): boolean {
  return some.some((one) => others.some((other) => overlap(one, other)));
}

/** Law 22: what other tasks of the tenant hold. */
function isTaken({ tasks }: Model, task: ModelTask, wanted: readonly AskedScope[]): boolean {
  return tasks.some(
    (one) =>
      one !== task && one.tenant === task.tenant && isHeld(one.state) && anyOverlap(wanted, one.lease?.scopes ?? []),
  );
}

/** `granted`: those that the same claim has leased. */
export function overlapsHeld(model: Model, task: ModelTask, granted: readonly ModelTask[]): boolean {
  const wanted = scopesOf(task.shape);
  const ofGranted = granted.filter((one) => one !== task).flatMap((one) => scopesOf(one.shape));
  return isTaken(model, task, wanted) || anyOverlap(wanted, ofGranted);
}

/** One that reads may wait behind one that waits to write, and has perhaps waited longer. */
export function waitsBehindWriter(model: Model, task: ModelTask, granted: readonly ModelTask[]): boolean {
  const wanted = scopesOf(task.shape);
  return model.tasks.some(
    (one) =>
      one !== task &&
      one.tenant === task.tenant &&
      one.state === TaskState.QUEUED &&
      anyOverlap(
        wanted,
        scopesOf(one.shape).filter(({ writes }) => writes),
      ) &&
      overlapsHeld(model, one, granted),
  );
}

/** All of them, or none. One that was read before is written from now on. */
export function predictScopes(model: Model, { scopes }: Extract<Asked, { method: "addScopes" }>, lease: ModelLease) {
  if (isTaken(model, lease.task, scopes)) return { reason: "SCOPE_HELD" };
  return {
    adopt(answer: Answer): ModelTask[] {
      agree("an answer without a refusal", answer.reason, undefined);
      lease.scopes.push(...scopes);
      return [lease.task];
    },
  };
}
