// Fetches tasks for worker groups: one claim for all waiting members of a group. A fetch that finds as much as it asked
// for is followed by the next one at once; otherwise the group waits for a hint.
import { isOfAgent } from "../../core/preflight.ts";
import { classifyDriverError } from "../../store/driver-errors.ts";
import type { Engine } from "../engine.ts";
import { checkWanted, withPassed } from "../health/preflight.ts";
import { ConcurrentDuplicate } from "../tx/repeated-call.ts";
import type { TenantEngines } from "../tx/tenant-engines.ts";
import { type ClaimResult, quotaRefusal } from "./claim.ts";
import { claimBatch } from "./claim-batch.ts";
import {
  claimOf,
  createWorkerGroups,
  type FetchRequest,
  type Member,
  markUnderWay,
  shareCredits,
  takeCredits,
  type WorkerGroup,
  type WorkerGroups,
} from "./worker-groups.ts";

/** How soon a group fetches again when the database could not be asked, or quotas left no room. */
const fetchLaterMs = 1_000;
/** Fetches of different groups at once: the rest of the pool is for those who settle. */
const fetchesMax = 4;

export type GroupFetcher = {
  readonly groups: WorkerGroups;
  /** Fetches for the group, if there may be tasks and it has waiting members, as soon as it is its turn. */
  pump(group: WorkerGroup): void;
};

export function createGroupFetcher(engine: Engine, engineOf: TenantEngines): GroupFetcher {
  const groups = createWorkerGroups(engine.wakeups, hint);
  /** Groups that are to fetch, in the order in which they came. */
  const queue = new Set<WorkerGroup>();
  let fetches = 0;

  function pump(group: WorkerGroup): void {
    if (group.mayHave && group.waiting.size > 0 && !group.isFetching) queue.add(group);
    for (const next of queue) {
      if (fetches >= fetchesMax) return;
      queue.delete(next);
      if (next.waiting.size > 0) void fetch(next);
    }
  }

  function hint(group: WorkerGroup): void {
    group.mayHave = true;
    group.emptyFor.clear();
    pump(group);
  }

  /** No hint tells that a quota has room again, or that the database answers. */
  function fetchLater(group: WorkerGroup): void {
    if (group.willFetch) return;
    group.willFetch = true;
    const fetchNow = () => {
      group.willFetch = false;
      hint(group);
    };
    setTimeout(fetchNow, fetchLaterMs * (0.5 + engine.random() / 2)).unref();
  }

  async function fetch(group: WorkerGroup): Promise<void> {
    group.isFetching = true;
    group.mayHave = false;
    fetches += 1;
    const requests = shareCredits(group);
    for (const { member } of requests) group.emptyFor.add(principalOf(member));
    const end = markUnderWay(requests.map(({ member }) => member));
    try {
      const results = await claimFor(engineOf(group.tenantId), group, requests);
      if (isShort(requests, results)) void lookAtAgents(engineOf(group.tenantId), group, hint);
      if (results.some(({ admitted }) => admitted?.refusal)) fetchLater(group);
      if (passOn(groups, requests, results)) group.mayHave = true;
    } catch (error) {
      // A twin of a call was faster; the next fetch finds what it did.
      if (error instanceof ConcurrentDuplicate) group.mayHave = true;
      else {
        reportFailure(engine, requests, error);
        fetchLater(group);
      }
    }
    fetches -= 1;
    group.isFetching = false;
    end();
    pump(group);
  }

  return { groups, pump };
}

function claimFor(engine: Engine, group: WorkerGroup, requests: readonly FetchRequest[]): Promise<ClaimResult[]> {
  const kind = withPassed(engine, group.tenantId, group.kind);
  const claims = requests.map(({ member, tasks }) => ({ ...claimOf(member, tasks), kind }));
  return claimBatch(engine, group.tenantId, claims);
}

function isShort(requests: readonly FetchRequest[], results: readonly ClaimResult[]): boolean {
  return results.some(({ leased }, place) => leased.length < (requests[place]?.tasks ?? 0));
}

/** Passes on what was granted. True if it was all that was asked for, so that there may be more. */
function passOn(groups: WorkerGroups, requests: readonly FetchRequest[], results: readonly ClaimResult[]): boolean {
  let mayHaveMore = true;
  const unfilled = new Set<string>();
  for (const [place, { member, tasks }] of requests.entries()) {
    const result = results[place] ?? { leased: [] };
    const { leased, isCut, sessionEnd, recorded } = result;
    // A call that waits is told that its quota is used up; a session waits until there is room.
    const isRefused = !member.init.session && quotaRefusal(result) !== undefined;
    const isOver = sessionEnd !== undefined || recorded !== undefined || isRefused;
    if (isOver) groups.remove(member);
    else if (leased.length < tasks && !isCut) {
      mayHaveMore = false;
      unfilled.add(principalOf(member));
    }
    takeCredits(member, leased.length);
    if (leased.length > 0 || isOver) member.init.onGranted(result);
  }
  for (const { member } of requests) {
    if (!unfilled.has(principalOf(member))) member.group.emptyFor.delete(principalOf(member));
  }
  return mayHaveMore;
}

function principalOf({ init }: Member): string {
  return init.caller.principalText;
}

/** Callers are not told of what passes by itself: the group fetches again. */
function reportFailure(engine: Engine, requests: readonly FetchRequest[], error: unknown): void {
  const fault = classifyDriverError(error);
  const { kind } = fault;
  engine.database.log("dispatch_failed", { kind, error: String(error) });
  const mayBeGranted = kind === "unavailable" && fault.outcomeUnknown;
  if (mayBeGranted) for (const { member } of requests) member.init.onUnknownOutcome?.();
  if (kind === "overloaded" || kind === "conflict") return;
  for (const { member } of requests) member.init.onFailed?.(error);
}

/** Tasks may wait for an agent of which nothing is known. The group fetches again once the agent has passed. */
async function lookAtAgents(engine: Engine, group: WorkerGroup, hint: (group: WorkerGroup) => void): Promise<void> {
  if (!isOfAgent(group.kind) || group.isLookingAtAgents) return;
  group.isLookingAtAgents = true;
  try {
    const { passed } = await checkWanted(engine, group.tenantId, group.kind);
    if (passed.length > 0) hint(group);
  } catch (error) {
    engine.database.log("preflight_failed", { error: String(error) });
  } finally {
    group.isLookingAtAgents = false;
  }
}
