// The dispatcher: what waits is given to those who wait, and nobody asks the database by himself. Workers that can do
// the same work sit at one table; one claim at a time goes to the database for all of them, asks for as much as they
// have credits for, and so leaves to other servers what nobody here could take. A look that finds as much as it asked
// for is followed by the next one at once; else the table rests until a hint, or until the lookout has found something.
import type { Lane } from "../../core/lane.ts";
import { classifyDriverError } from "../../store/driver-errors.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { Subscription } from "../runtime/wakeups.ts";
import type { EngineOf } from "../tx/in-turn.ts";
import { RepeatedCall } from "../tx/repeated-call.ts";
import type { Leased } from "../views/leased.ts";
import {
  type Claim,
  type Claimed,
  claimForAll,
  claimTopics,
  fullness,
  grantsMax,
  kindKey,
  kindOf,
  type WorkKind,
} from "./claim-tasks.ts";

export type SeatInit = Omit<Claim, "tasks"> & {
  readonly kind: WorkKind;
  /** Called after each commit that granted something, or found that nothing may be granted; must not throw. */
  readonly granted: (claimed: Claimed) => void;
  /** The database cannot be asked. The table looks again by itself; without this the seat just waits. */
  readonly failed?: ((error: unknown) => void) | undefined;
  /** A commit was lost: something may have been granted that nobody is told of. Must not throw. */
  readonly unsure?: (() => void) | undefined;
};

export type Seat = {
  /** So many tasks more may come. */
  credit(tasks: number): void;
  /** Nothing more comes until it goes on, but for what is being granted in this moment. */
  pause(): void;
  goOn(): void;
  /** Resolves when `granted` has been called for all that is being granted in this moment. */
  settled(): Promise<void>;
  /** No new look asks for this seat. Resolves when none is under way any more that did: `granted` has been called. */
  leave(): Promise<void>;
};

/** What a task that is being made asks of who may do it. */
export type NewTask = Omit<Lane, "laneId">;

/** Seats held for tasks that are being made. */
export type Reservation = {
  /** In the order of the tasks: who is to have each, if anybody waits for it. */
  readonly claims: readonly (Claim | undefined)[];
  /**
   * What each was granted, after the commit; nothing at all when it failed, perhaps while committing. Credits that
   * bought nothing go back to their seats.
   */
  settle(leased: readonly (Leased | undefined)[]): void;
};

export type Reserve = (tenantId: string, tasks: readonly NewTask[]) => Reservation;

export type Dispatcher = {
  /** Sits down without credits. Whose session is past, or whose call was said before, loses the seat by itself. */
  join(init: SeatInit): Seat;
  /**
   * Holds seats at tables that rest: nothing that waits comes before these tasks, and the next look would give them to
   * those who sit there. So they may be granted in the transaction that makes them.
   */
  reserve: Reserve;
};

/** How soon a table looks again when the database could not be asked. */
const lookAgainMs = 1_000;
/** Looks of different kinds and tenants at once: the rest of the pool is for those who settle. */
const looksMax = 4;
/** The most credits of a seat that count. */
const creditsMax = 10_000;

type Sitting = {
  readonly init: SeatInit;
  readonly table: Table;
  credits: number;
  isPaused: boolean;
  hasLeft: boolean;
  /** Looks and reservations that may still grant something to this seat. */
  readonly underWay: Set<Promise<void>>;
};

type Table = {
  readonly key: string;
  readonly tenantId: string;
  readonly kind: WorkKind;
  readonly seats: Set<Sitting>;
  /** Those with credits, in the order in which they were served: who has waited longest comes first. */
  readonly hungry: Set<Sitting>;
  /** Something may be there that no look has seen. */
  mayHave: boolean;
  isLooking: boolean;
  /** It will look again by itself. */
  willLook: boolean;
  readonly hints: Subscription;
};

export function createDispatcher(engine: Engine, engineOf: EngineOf): Dispatcher {
  const tables = new Map<string, Table>();
  /** Tables that want to look, in the order in which they came. */
  const queue = new Set<Table>();
  let looks = 0;

  function pump(table: Table): void {
    if (table.mayHave && table.hungry.size > 0 && !table.isLooking) queue.add(table);
    for (const next of queue) {
      if (looks >= looksMax) return;
      queue.delete(next);
      if (next.hungry.size > 0) void look(next);
    }
  }

  async function look(table: Table): Promise<void> {
    table.isLooking = true;
    table.mayHave = false;
    looks += 1;
    const asking = takeTurns(table);
    const end = begin(asking.map(({ sitting }) => sitting));
    try {
      const claims = asking.map(({ sitting: { init }, tasks }) => ({ ...init, tasks }));
      const claimed = await claimForAll(engineOf(table.tenantId), table.tenantId, table.kind, claims);
      if (serve(table, asking, claimed)) table.mayHave = true;
    } catch (error) {
      // A twin of a call was faster in this very moment; the next look finds what it did.
      if (error instanceof RepeatedCall) table.mayHave = true;
      else {
        fail(asking, error);
        lookAgain(table);
      }
    }
    looks -= 1;
    table.isLooking = false;
    end();
    pump(table);
  }

  /** Hands out what was granted. True when there was as much as was asked for: there may be more. */
  function serve(table: Table, asking: readonly Asking[], claimed: readonly Claimed[]): boolean {
    let isFull = true;
    for (const [place, { sitting, tasks }] of asking.entries()) {
      const one = claimed[place] ?? { leased: [] };
      const { leased } = one;
      const isOver = one.past !== undefined || one.said !== undefined || (!sitting.init.session && isFullFor(one));
      // Leases end without a hint to those who may then have others.
      if (one.admitted?.refusal) lookAgain(table);
      if (isOver) remove(table, sitting);
      else if (leased.length < tasks && !one.isCut) isFull = false;
      sitting.credits -= leased.length;
      // To the end of the line, but for those who got nothing.
      if (leased.length > 0) table.hungry.delete(sitting);
      seatByHunger(table, sitting);
      if (leased.length > 0 || isOver) sitting.init.granted(one);
    }
    return isFull;
  }

  /** The table looks again by itself: a crowd is nothing to be told of. */
  function fail(asking: readonly Asking[], error: unknown): void {
    const fault = classifyDriverError(error);
    const { kind } = fault;
    engine.database.log("dispatch_failed", { kind, error: String(error) });
    if (kind === "unavailable" && fault.outcomeUnknown) for (const { sitting } of asking) sitting.init.unsure?.();
    if (kind === "overloaded" || kind === "conflict") return;
    for (const { sitting } of asking) sitting.init.failed?.(error);
  }

  /** What was asked for in vain may still be there, and no hint tells of it again. */
  function lookAgain(table: Table): void {
    if (table.willLook) return;
    table.willLook = true;
    const look = () => {
      table.willLook = false;
      mayHaveSomething(table);
    };
    setTimeout(look, lookAgainMs * (0.5 + engine.random() / 2)).unref();
  }

  function mayHaveSomething(table: Table): void {
    table.mayHave = true;
    pump(table);
  }

  /** What waits here has been looked for, and there was less than those who sit here want. */
  function tablesAtRest(tenantId: string): Table[] {
    const ofTenant = [...tables.values()].filter((table) => table.tenantId === tenantId);
    return ofTenant.filter(({ mayHave, isLooking, hungry }) => !mayHave && !isLooking && hungry.size > 0);
  }

  function tableOf(caller: Caller, asked: WorkKind): Table {
    const kind = kindOf(asked);
    const key = kindKey(caller.tenantId, kind);
    const known = tables.get(key);
    if (known) return known;
    const table: Table = {
      ...{ key, tenantId: caller.tenantId, kind, mayHave: true, isLooking: false, willLook: false },
      ...{ seats: new Set<Sitting>(), hungry: new Set<Sitting>() },
      hints: engine.wakeups.subscribe(() => mayHaveSomething(table)),
    };
    // Heard from before the first look until the last seat is left, so that no hint falls between two looks.
    for (const topic of claimTopics(caller, kind)) table.hints.add(topic);
    tables.set(key, table);
    return table;
  }

  function remove(table: Table, sitting: Sitting): void {
    sitting.hasLeft = true;
    table.hungry.delete(sitting);
    table.seats.delete(sitting);
    if (table.seats.size > 0 || tables.get(table.key) !== table) return;
    tables.delete(table.key);
    queue.delete(table);
    table.hints.close();
  }

  return {
    join(init) {
      const table = tableOf(init.caller, init.kind);
      const sitting: Sitting = { init, table, credits: 0, isPaused: false, hasLeft: false, underWay: new Set() };
      table.seats.add(sitting);
      return {
        credit(tasks) {
          sitting.credits = Math.min(sitting.credits + tasks, creditsMax);
          seatByHunger(table, sitting);
          pump(table);
        },
        pause() {
          sitting.isPaused = true;
          table.hungry.delete(sitting);
        },
        goOn() {
          sitting.isPaused = false;
          seatByHunger(table, sitting);
          pump(table);
        },
        settled: async () => void (await Promise.all(sitting.underWay)),
        async leave() {
          remove(table, sitting);
          await Promise.all(sitting.underWay);
        },
      };
    },
    reserve(tenantId, tasks) {
      const taken = reserveSeats(tablesAtRest(tenantId), tasks);
      const end = begin(taken.filter((sitting) => sitting !== undefined));
      return {
        claims: taken.map((sitting) => sitting && { ...sitting.init, tasks: 1 }),
        settle(leased) {
          giveOut(taken, leased);
          end();
        },
      };
    },
  };
}

/** A call that waits is told so; a session waits until there is room. */
function isFullFor(claimed: Claimed): boolean {
  return fullness(claimed) !== undefined;
}

/** Marks that something may be granted to these seats, until the answer is called. */
function begin(seats: readonly Sitting[]): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const { underWay } of seats) underWay.add(promise);
  return () => {
    for (const { underWay } of seats) underWay.delete(promise);
    resolve();
  };
}

function canDo({ kind }: Table, { queue, type, capabilities }: NewTask): boolean {
  return (
    kind.queues.includes(queue) &&
    (kind.acceptTypes.length === 0 || kind.acceptTypes.includes(type)) &&
    capabilities.every((one) => kind.capabilities.includes(one))
  );
}

/** The most urgent first, each to who has waited longest at the first table where somebody can do it. */
function reserveSeats(tables: readonly Table[], tasks: readonly NewTask[]): (Sitting | undefined)[] {
  const taken: (Sitting | undefined)[] = tasks.map(() => undefined);
  if (tables.length === 0) return taken;
  const places = [...tasks.keys()].sort((one, other) => (tasks[other]?.priority ?? 0) - (tasks[one]?.priority ?? 0));
  for (const place of places) {
    const task = tasks[place];
    const sitting = task && seatFor(tables, task);
    if (!sitting) continue;
    const { table } = sitting;
    sitting.credits -= 1;
    table.hungry.delete(sitting);
    seatByHunger(table, sitting);
    taken[place] = sitting;
  }
  return taken;
}

/** A call that may be said again is remembered with what it was granted, which is the business of a look. */
function seatFor(tables: readonly Table[], task: NewTask): Sitting | undefined {
  for (const table of tables) {
    if (table.hungry.size === 0 || !canDo(table, task)) continue;
    for (const sitting of table.hungry) if (!sitting.init.call) return sitting;
  }
  return undefined;
}

function giveOut(taken: readonly (Sitting | undefined)[], leased: readonly (Leased | undefined)[]): void {
  const hands = new Map<Sitting, Leased[]>();
  for (const [place, sitting] of taken.entries()) {
    if (!sitting) continue;
    const hand = hands.get(sitting) ?? [];
    hands.set(sitting, hand);
    const one = leased[place];
    if (one) hand.push(one);
    else sitting.credits += 1;
  }
  for (const [sitting, hand] of hands) {
    if (leased.length === 0) sitting.init.unsure?.();
    seatByHunger(sitting.table, sitting);
    if (hand.length > 0) sitting.init.granted({ leased: hand });
  }
}

function seatByHunger({ hungry }: Table, sitting: Sitting): void {
  if (sitting.credits > 0 && !sitting.isPaused && !sitting.hasLeft) hungry.add(sitting);
  else hungry.delete(sitting);
}

type Asking = { readonly sitting: Sitting; readonly tasks: number };

/** Who has waited longest first; each asks for its credits, or its part of what one transaction may grant. */
function takeTurns({ hungry }: Table): Asking[] {
  const asking: Asking[] = [];
  let left = grantsMax;
  let others = Math.min(hungry.size, grantsMax);
  for (const sitting of hungry) {
    if (left === 0) break;
    const tasks = Math.min(sitting.credits, Math.ceil(left / others));
    asking.push({ sitting, tasks });
    left -= tasks;
    others -= 1;
  }
  return asking;
}
