// Keeps tasks apart whose write scopes overlap. Of what is eligible, tasks whose scopes others hold are set aside until
// these end, so that no claim looks at them again, and those behind them come first. Tasks whose scopes the session of
// an agent holds are passed over: a claim in that session may have them. Only where a task has scopes does it cost
// anything.
import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { placedBy } from "../../core/hand-off.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { createScopeIndex, type Meeting, type ScopeRow, scopeRows } from "../../core/scopes.ts";
import { hasScopes, type Waiting } from "../../core/task-record.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import {
  findObstacles,
  type HeldBack,
  holdBack,
  lockScopesOf,
  type Obstacle,
  type Wanting,
} from "../scopes/scope-rows.ts";
import { handOffMessage } from "../views/assemble-task.ts";
import type { AgentBounds } from "./agent-bounds.ts";
import type { AdmittedClaim } from "./grant-tasks.ts";
import { type Eligible, lockEligible } from "./lock-eligible.ts";

export type Free = Eligible & {
  /** Of those that have scopes: which, by task. */
  readonly scopes: ReadonlyMap<string, readonly ScopeRow[]>;
  /** Tasks that one of the others is in the way of. They are not in `waiting`. */
  readonly clashes: readonly Clash[];
  /** There may be more that is free. */
  readonly isShort: boolean;
};

type Clash = { readonly task: Scoped; readonly meeting: Meeting };
type Scoped = Omit<HeldBack, "obstacle">;

const none: Pick<Free, "scopes" | "clashes" | "isShort"> = { scopes: new Map(), clashes: [], isShort: false };

/** Each look is wider by the number of tasks that were set aside, so that these are some thousands of tasks. */
const looksMax = 8;
const widerMax = 500;

/** As `lockEligible`, without what overlaps scopes that are held. */
export async function lockFree(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  admitted: readonly AdmittedClaim[],
  agent?: AgentBounds,
): Promise<Free> {
  const wanted = admitted.reduce((sum, { admitted: { count } }) => sum + count, 0);
  let setAside = 0;
  let passedOver = 0;
  for (let look = 1; ; look += 1) {
    const more = Math.min((setAside + passedOver) * look, widerMax);
    const eligible = await lockEligible(engine, tx, tenantId, admitted, { more, agent });
    if (!eligible.waiting.some(hasScopes)) return { ...eligible, ...none };
    const sorted = await sort(tx, tenantId, eligible, agent);
    const { free, blocked, passed } = sorted;
    await holdBack(tx, tenantId, blocked);
    setAside += blocked.length;
    // These stay where they are, so each look meets them again.
    const isSame = blocked.length === 0 && passed === passedOver;
    passedOver = passed;
    const isEnough = isSame || free.length >= wanted;
    if (isEnough || look === looksMax) return { ...eligible, ...sorted, waiting: free, isShort: !isEnough };
    eligible.noteGranted(new Set());
  }
}

async function sort(tx: Transaction, tenantId: string, eligible: Eligible, agent: AgentBounds | undefined) {
  const tasks = eligible.waiting.filter(hasScopes).map((waiting) => scopedOf(waiting, eligible));
  // Sent together: the second statement sees what was committed before the lock was had.
  const [, obstacles] = await Promise.all([
    lockScopesOf(tx, tenantId),
    findObstacles(tx, tenantId, tasks.map(wantingOf), { ownIds: agent ? [agent.sessionId] : [] }),
  ]);
  const byId = new Map(tasks.map((task) => [task.waiting.taskId, task]));
  const index = createScopeIndex();
  const free: Waiting[] = [];
  const blocked: HeldBack[] = [];
  const clashes: Clash[] = [];
  let passed = 0;
  for (const waiting of eligible.waiting) {
    const task = byId.get(waiting.taskId);
    const obstacle = obstacles.get(waiting.taskId)?.[0];
    const meeting = task && !obstacle ? index.meet(task.scopes) : undefined;
    if (task && obstacle?.isOfSession) passed += 1;
    else if (task && obstacle) blocked.push({ ...task, obstacle });
    else if (task && meeting) clashes.push({ task, meeting });
    else {
      free.push(waiting);
      if (task) index.add(waiting.taskId, task.scopes);
    }
  }
  return {
    free,
    blocked,
    passed,
    clashes,
    scopes: new Map(tasks.map(({ waiting, scopes }) => [waiting.taskId, scopes])),
  };
}

function scopedOf(waiting: Waiting, { asked }: Eligible): Scoped {
  const row = asked.get(waiting.taskId);
  assert(row !== undefined, "an eligible task was asked for");
  const terms = fromBinary(TaskSchema, row.terms);
  const handOff = handOffMessage(row.handOff);
  const { queue, addressee } = handOff ? placedBy(terms, handOff) : terms;
  return {
    waiting,
    scopes: scopeRows(terms.scopes),
    queue,
    addressee: addressee ? formatPrincipal(addressee) : null,
  };
}

function wantingOf({ waiting: { taskId, eligibleTime }, scopes }: Scoped): Wanting {
  return { taskId, eligibleTime, scopes };
}

/** Tasks that are to be set aside because of others that were granted before them. */
export function clashesWith({ clashes }: Pick<Free, "clashes">, grantedIds: ReadonlySet<string>): HeldBack[] {
  return clashes.flatMap(({ task, meeting: { own, taskId, key } }) => {
    const obstacle: Obstacle = { own, heldKey: key, heldIsWrite: true, heldByTaskId: taskId, isOfSession: false };
    return grantedIds.has(taskId) ? [{ ...task, obstacle }] : [];
  });
}
