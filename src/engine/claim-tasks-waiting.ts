// ClaimTasks with a wait: parks a claim without holding a connection, and looks again when something has come.
import type { ClaimTasksRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { msOfDuration } from "../core/duration.ts";
import { isRefusal, type Refusal } from "../core/refusal.ts";
import { awaitChange } from "./await-change.ts";
import { claimTasks, claimTopics } from "./claim-tasks.ts";
import type { Caller, Engine } from "./engine.ts";
import type { Leased } from "./leased.ts";

export function claimTasksWaiting(
  engine: Engine,
  caller: Caller,
  request: ClaimTasksRequest,
  signal: AbortSignal,
): Promise<Leased[] | Refusal> {
  const waitMs = request.wait ? msOfDuration(request.wait) : 0;
  const wanted = { topics: claimTopics(caller, request), waitMs, signal };
  return awaitChange(
    engine,
    wanted,
    () => claimTasks(engine, caller, request),
    (leased) => isRefusal(leased) || leased.length > 0,
  );
}
