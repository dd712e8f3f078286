// Random commands as plain data, and how each becomes a call. A command names its target by a number modulo the number
// of targets, so that a list still makes sense when some of its commands are removed: that is how a failing list is
// shortened.
import fc from "fast-check";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type Asked, type Call, type Evidence, nameOf, type TenantIndex } from "./calls.ts";
import { nextCount } from "./children.ts";
import { handingOff } from "./handing-over.ts";
import type { Model, ModelLease } from "./model.ts";
import { type OperatorCommand, operatorCommands, resolveOperator } from "./operator-commands.ts";
import { at, operator, pickTask, seconds } from "./picking.ts";
import { asking, type ProvideCommand, providing, resolveProvide } from "./questions.ts";
import { adding } from "./scopes.ts";
import { type Creating, optional, rarely, record, shape, shapeOf } from "./shapes.ts";
import { channels } from "./signals.ts";
import { type Waiting, waiting, waitOf } from "./waiting-commands.ts";

/** The request id of a call: none, a new one, or one that its principal has used before. */
type Naming = "none" | "fresh" | "used";
type Named = { readonly naming: Naming };
type Holding = Named & {
  /** Most calls use a live lease; some any lease, which may be lost. */
  readonly lease: "live" | "any";
  readonly pick: number;
  readonly byHolder: boolean;
};

export type Command =
  | ({
      readonly kind: "create";
      readonly tenant: TenantIndex;
      readonly who: number;
      readonly shape: Creating;
      readonly wait?: Waiting;
    } & Named)
  | ({
      readonly kind: "claim";
      readonly tenant: TenantIndex;
      readonly who: number;
      readonly asked: Omit<Extract<Asked, { method: "claim" }>, "method">;
    } & Named)
  | ({ readonly kind: "hold"; readonly asked: HeldAsked } & Holding)
  | ({ readonly kind: "judge"; readonly asked: Extract<HeldAsked, { method: "verdict" }> } & Holding)
  | ({ readonly kind: "branch"; readonly shape: Creating; readonly keeps: boolean } & Holding)
  | ({ readonly kind: "suspend"; readonly wait: Waiting } & Holding)
  | ({ readonly kind: "cancel"; readonly pick: number; readonly by: Actor["kind"]; readonly graceMs?: number } & Named)
  | ({
      readonly kind: "append";
      readonly pick: number;
      readonly who: number;
      readonly uri?: string;
      readonly named: boolean;
    } & Named)
  | OperatorCommand
  | ProvideCommand
  | ({
      readonly kind: "signal";
      readonly tenant: TenantIndex;
      readonly who: number;
      /** To a task, or on a channel. */
      readonly toTask: boolean;
      readonly pick: number;
      readonly broadcast: boolean;
      readonly ttlMs?: number;
    } & Named)
  | { readonly kind: "acknowledge"; readonly pick: number; readonly who: number }
  | { readonly kind: "repeat"; readonly pick: number }
  | { readonly kind: "advance"; readonly ms: number; readonly sweep: boolean }
  | { readonly kind: "compare" };

type WithoutToken<Held> = Held extends { readonly token: string } ? Omit<Held, "token"> : never;
type HeldAsked = Exclude<WithoutToken<Asked>, { readonly method: "suspend" }>;

// --- generating ------------------------------------------------------------------------------------------------------

const tenant = fc.constantFrom<TenantIndex>(0, 0, 1);
const number = fc.nat({ max: 1_000 });
const naming: fc.Arbitrary<Naming> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Naming>("none") },
  { weight: 4, arbitrary: fc.constant<Naming>("fresh") },
  { weight: 1, arbitrary: fc.constant<Naming>("used") },
);
const claim = record<Extract<Command, { kind: "claim" }>["asked"]>({
  queues: fc.constantFrom<readonly string[]>([], ["default"], ["default", "slow"], ["default", "slow"], ["slow"]),
  types: fc.constantFrom<readonly string[]>([], [], [], ["render"]),
  capabilities: fc.constantFrom<readonly string[]>(["gpu", "net"], ["gpu", "net"], ["gpu"], []),
  most: fc.constantFrom(0, 1, 2, 3, 100),
  ttlMs: optional(5 * seconds, 3_600 * seconds),
});

const method = <Name extends HeldAsked["method"]>(name: Name): fc.Arbitrary<Name> => fc.constant(name);
const evidence = fc.constantFrom<Evidence>("nothing", "nothing", "artifact", "result", "proof", "failed proof");
const held: fc.Arbitrary<HeldAsked> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ method: method("renew") }) },
  { weight: 3, arbitrary: fc.record({ method: method("start") }) },
  {
    weight: 4,
    arbitrary: record<Extract<HeldAsked, { method: "progress" }>>({
      method: method("progress"),
      percent: number,
      receipted: fc.boolean(),
      usd: optional(1, 2, 3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ method: method("complete"), evidence, next: nextCount }) },
  {
    weight: 5,
    arbitrary: record<Extract<HeldAsked, { method: "fail" }>>({
      method: method("fail"),
      errorType: fc.constantFrom("Flaky", "Flaky", "Flaky", "Fatal"),
      retryable: rarely(true, false),
      retryAfterMs: optional(0, seconds),
    }),
  },
  {
    weight: 2,
    arbitrary: record<Extract<HeldAsked, { method: "release" }>>({
      method: method("release"),
      delayMs: optional(10 * seconds),
    }),
  },
  { weight: 3, arbitrary: asking },
  { weight: 3, arbitrary: handingOff },
  { weight: 3, arbitrary: adding },
);

const chance = (percent: number): fc.Arbitrary<boolean> => fc.nat({ max: 99 }).map((drawn) => drawn < percent);
const fixed = <const Kind extends Command["kind"]>(kind: Kind): fc.Arbitrary<Kind> => fc.constant(kind);

export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 13, arbitrary: fc.record({ kind: fixed("create"), tenant, who: number, shape, naming }) },
  { weight: 6, arbitrary: fc.record({ kind: fixed("create"), tenant, who: number, shape, wait: waiting, naming }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fixed("suspend"),
      lease: fc.constantFrom("live", "live", "live", "any"),
      pick: number,
      byHolder: chance(95),
      wait: waiting,
      naming,
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fixed("branch"),
      lease: fc.constantFrom("live", "live", "live", "any"),
      pick: number,
      byHolder: chance(95),
      shape,
      keeps: chance(25),
      naming,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fixed("judge"),
      lease: fc.constantFrom("live", "live", "live", "any"),
      pick: number,
      byHolder: chance(95),
      asked: fc.record({
        method: method("verdict"),
        decision: fc.constantFrom<"accept" | "reject" | "unverifiable">("accept", "accept", "reject", "unverifiable"),
      }),
      naming,
    }),
  },
  { weight: 14, arbitrary: fc.record({ kind: fixed("claim"), tenant, who: number, asked: claim, naming }) },
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fixed("hold"),
      asked: held,
      naming,
      lease: fc.constantFrom<"live" | "any">("live", "live", "live", "live", "live", "any"),
      pick: number,
      byHolder: chance(95),
    }),
  },
  {
    weight: 4,
    arbitrary: record<Extract<Command, { kind: "cancel" }>>({
      kind: fixed("cancel"),
      pick: number,
      by: fc.constantFrom<Actor["kind"]>("agent", "agent", "human", "worker"),
      graceMs: optional(5 * seconds, 120 * seconds, 120 * seconds),
      naming,
    }),
  },
  {
    weight: 5,
    arbitrary: record<Extract<Command, { kind: "append" }>>({
      kind: fixed("append"),
      pick: number,
      who: number,
      uri: fc.constantFrom("s3://one", "s3://two", undefined),
      named: chance(90),
      naming,
    }),
  },
  { weight: 7, arbitrary: operatorCommands },
  { weight: 6, arbitrary: providing },
  {
    weight: 9,
    arbitrary: record<Extract<Command, { kind: "signal" }>>({
      kind: fixed("signal"),
      tenant,
      who: number,
      toTask: chance(30),
      pick: number,
      broadcast: chance(15),
      ttlMs: rarely(5 * seconds),
      naming,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fixed("acknowledge"), pick: number, who: number }) },
  { weight: 8, arbitrary: fc.record({ kind: fixed("repeat"), pick: number }) },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fixed("advance"),
      ms: fc.constantFrom(1, 500, 3_000, 3_000, 5_000, 10_000, 31_000, 61_000),
      sweep: chance(60),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fixed("compare") }) },
);

// --- turning into calls ----------------------------------------------------------------------------------------------

export type Past = { readonly calls: readonly Call[] };
type Calling = Exclude<Command, { kind: "advance" | "compare" }>;

const agents: readonly Pick<Actor, "kind" | "id">[] = ["a0", "a1"].map((id) => ({ kind: "agent", id }));
const workers: readonly Pick<Actor, "kind" | "id">[] = ["w0", "w1", "w2"].map((id) => ({ kind: "worker", id }));
/** Mostly workers: the agents own the tasks. */
const claimers = [...workers, ...workers, ...workers, ...agents];
const tenants: readonly TenantIndex[] = [0, 1];

/** Every principal that may ever owe anything. */
export const actors: readonly Actor[] = tenants.flatMap((index) =>
  [...agents, ...workers, operator].map((one) => ({ tenant: index, ...one })),
);

/** Undefined when the command has no target yet. */
export function resolve(model: Model, past: Past, command: Calling): Call | undefined {
  if (command.kind === "repeat") return repeated(past, command.pick);
  const call = actorAndAsked(model, command);
  if (!call) return undefined;
  const naming = "naming" in command ? command.naming : "none";
  return { ...call, requestId: requestIdFor(past, call.actor, call.asked, naming) };
}

function actorAndAsked(
  model: Model,
  command: Exclude<Calling, { kind: "repeat" }>,
): { readonly actor: Actor; readonly asked: Asked } | undefined {
  switch (command.kind) {
    case "create": {
      const actor = { tenant: command.tenant, ...(at(agents, command.who) ?? operator) };
      const wait = command.wait && waitOf(model, actor, command.wait);
      const asked = { method: "create", shape: shapeOf(model, command.shape), ...(wait && { wait }) } as const;
      return { actor, asked };
    }
    case "branch": {
      const holder = holding(model, { ...command, kind: "hold", asked: { method: "start" } });
      if (!holder) return undefined;
      const { token, task } = holder.lease;
      const under = { token, taskId: task.taskId, keeps: command.keeps };
      return { actor: holder.actor, asked: { method: "create", shape: shapeOf(model, command.shape), under } };
    }
    case "suspend": {
      const holder = holding(model, { ...command, kind: "hold", asked: { method: "start" } });
      if (!holder) return undefined;
      const { actor, asked } = holder;
      const wait = waitOf(model, actor, command.wait);
      return wait && "token" in asked ? { actor, asked: { method: "suspend", token: asked.token, wait } } : undefined;
    }
    case "claim":
      return {
        actor: { tenant: command.tenant, ...(at(claimers, command.who) ?? operator) },
        asked: { method: "claim", ...command.asked },
      };
    case "hold":
      return holding(model, command);
    case "judge": {
      const isOfVerification = ({ task }: ModelLease) => task.verifies !== undefined && !task.verifies.isOver;
      const leases = model.leases.some(isOfVerification) ? model.leases.filter(isOfVerification) : model.leases;
      return holding({ ...model, leases }, { ...command, kind: "hold" });
    }
    case "cancel": {
      const task = pickTask(model, command.pick, ({ lease }) => lease !== undefined);
      if (!task) return undefined;
      const { graceMs } = command;
      const asked = {
        method: "cancel",
        taskId: task.taskId,
        reason: "",
        ...(graceMs !== undefined && { graceMs }),
      } as const;
      const by = command.by === "agent" ? actorOf(task.owner) : { tenant: task.tenant, ...otherThanOwner(command.by) };
      return { actor: by, asked };
    }
    case "append": {
      const task = pickTask(model, command.pick, ({ state }) => state === TaskState.SUCCEEDED);
      if (!task) return undefined;
      const likely = [task.owner, task.completer ?? task.owner, task.owner, task.obligated].map(actorOf);
      const parents = command.named ? [task.assignedReceiptId] : [];
      const uri = command.uri === undefined ? {} : { uri: command.uri };
      return {
        actor: at([...likely, ...likely, ...actors], command.who) ?? actorOf(task.owner),
        asked: { method: "append", taskId: task.taskId, parents, ...uri },
      };
    }
    case "provide":
      return resolveProvide(model, command, actors);
    case "operate":
    case "operateQueue":
      return resolveOperator(model, command);
    case "signal": {
      const { toTask, pick, broadcast, ttlMs } = command;
      const more = { method: "signal", broadcast, ...(ttlMs !== undefined && { ttlMs }) } as const;
      const anyone = {
        tenant: command.tenant,
        ...(at([...agents, ...agents, operator, ...workers], command.who) ?? operator),
      };
      if (!toTask) return { actor: anyone, asked: { ...more, channel: at(channels, pick) ?? "" } };
      const task = pickTask(model, pick, ({ state }) => state === TaskState.BLOCKED);
      if (!task) return undefined;
      const actor = command.who % 4 === 0 ? anyone : actorOf(task.owner);
      return { actor, asked: { ...more, taskId: task.taskId } };
    }
    case "acknowledge": {
      const known = at(model.receipts, command.pick);
      if (!known) return undefined;
      const addressees = Array.from({ length: actors.length * 4 }, () => actorOf(known.to));
      const actor = at([...addressees, ...actors], command.who) ?? actorOf(known.to);
      return { actor, asked: { method: "acknowledge", receiptId: known.receiptId } };
    }
  }
}

function otherThanOwner(kind: Actor["kind"]): Pick<Actor, "kind" | "id"> {
  return kind === "human" ? operator : (workers[0] ?? operator);
}

export function actorOf(name: string): Actor {
  const found = actors.find((actor) => nameOf(actor) === name);
  if (!found) throw new Error(`there is no actor ${name}`);
  return found;
}

function holding(model: Model, command: Extract<Command, { kind: "hold" }>) {
  const live = model.leases.filter((lease) => lease.task.lease === lease);
  const lease: ModelLease | undefined = at(
    command.lease === "live" && live.length > 0 ? live : model.leases,
    command.pick,
  );
  if (!lease) return undefined;
  const holder = actorOf(lease.holder);
  const actor = command.byHolder ? holder : (at(actors, command.pick) ?? holder);
  const asked = { ...command.asked, token: lease.token } as Asked;
  const isVerified = lease.task.shape.verification !== undefined;
  // What goes on from a report is made when it is accepted: not in this model.
  return { actor, lease, asked: asked.method === "complete" && isVerified ? { ...asked, next: 0 } : asked };
}

/** Their request ids are unique per principal; those of a holder's calls are unique per lease. */
const remembered: readonly Asked["method"][] = ["create", "claim", "cancel", "signal", "provide"];

function requestIdFor({ calls }: Past, actor: Actor, asked: Asked, naming: Naming): string {
  if (naming === "none" || asked.method === "renew") return "";
  const isMine = (call: Call) => call.requestId !== "" && nameOf(call.actor) === nameOf(actor);
  const used = calls.findLast((call) => isMine(call) && remembered.includes(call.asked.method));
  return naming === "used" && used && remembered.includes(asked.method) ? used.requestId : `r${calls.length}`;
}

/** An exact repetition of an earlier call. */
function repeated({ calls }: Past, pick: number): Call | undefined {
  // Half of the time one of the last few calls: a lost answer is usually a recent one.
  return pick % 2 === 0 ? calls[calls.length - 1 - ((pick / 2) % 6)] : at(calls, pick);
}
