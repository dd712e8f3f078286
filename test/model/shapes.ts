// New tasks as random commands have them, and how each becomes what a creation asks for.
import fc from "fast-check";
import type { Shape } from "./calls.ts";
import type { Model } from "./model.ts";
import { seconds } from "./picking.ts";
import { someScopes } from "./scopes.ts";

export type Creating = Omit<Shape, "startDeadlineMs" | "deadlineMs"> & {
  readonly startsWithinMs?: number;
  readonly endsWithinMs?: number;
};
export const optional = <Value>(...values: readonly Value[]): fc.Arbitrary<Value | undefined> =>
  fc.constantFrom<Value | undefined>(undefined, undefined, ...values);
export const rarely = <Value>(...values: readonly Value[]): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...values) });
/** Leaves undefined fields out. */
export const record = <Shape extends object>(model: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key] | undefined> }) =>
  fc.record(model as { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }).map((value) => {
    return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Shape;
  });
const capabilities = fc.constantFrom<readonly string[]>([], [], ["gpu"], ["net"], ["gpu", "net"]);

const plainShape = record<Creating>({
  queue: fc.constantFrom("default", "default", "slow"),
  type: fc.constantFrom("render", "index"),
  capabilities,
  priority: optional(0, 5, 9),
  maxAttempts: optional(1, 2),
  maxLeaseLosses: optional(0, 1, 2),
  delayMs: rarely(seconds, 90 * seconds),
  startsWithinMs: rarely(45 * seconds),
  endsWithinMs: rarely(0, 120 * seconds, 600 * seconds),
  attemptTimeoutMs: rarely(30 * seconds, 100 * seconds),
  leaseTtlMs: optional(seconds, 20 * seconds),
  retry: optional({ initialMs: 5 * seconds, multiplier: 3, maxMs: 20 * seconds }),
  obligated: optional({ kind: "worker" as const, id: "w0" }, { kind: "agent" as const, id: "a1" }),
  key: rarely("one", "two", "three", "four"),
  verification: rarely(
    { verifiers: 1, acceptAt: 1, onReject: "retry" as const },
    { verifiers: 1, acceptAt: 1, onReject: "retry" as const },
    { verifiers: 2, acceptAt: 2, onReject: "retry" as const },
    { verifiers: 3, acceptAt: 2, onReject: "fail" as const },
    { verifiers: 1, acceptAt: 1, onReject: "fail" as const, timeoutMs: 5 * seconds },
    { verifiers: 2, acceptAt: 1, onReject: "retry" as const, timeoutMs: 5 * seconds, onTimeout: "accept" as const },
    { verifiers: 2, acceptAt: 2, onReject: "retry" as const, timeoutMs: 5 * seconds, onTimeout: "ask" as const },
  ),
  name: rarely("left", "right"),
  budget: rarely({ usd: 3, fails: false }, { usd: 4, fails: true }),
  scopes: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: someScopes }),
});

const named = fc.constantFrom<Pick<Shape, "onNameTaken">>({}, { onNameTaken: "answer" }, { onNameTaken: "replace" });
/** What to do about a taken name is said with a name only. */
export const shape = fc
  .tuple(plainShape, named)
  .map(([one, taken]): Creating => (one.name === undefined ? one : { ...one, ...taken }));

export function shapeOf({ nowMs }: Model, { startsWithinMs, endsWithinMs, ...rest }: Creating): Shape {
  return {
    ...rest,
    ...(startsWithinMs !== undefined && { startDeadlineMs: nowMs + startsWithinMs }),
    ...(endsWithinMs !== undefined && { deadlineMs: nowMs + endsWithinMs }),
  };
}
