// Steps with write scopes, for tests by scenario.
import { create } from "@bufbuild/protobuf";
import { AddScopesRequestSchema, ListScopesRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type HeldScope, ScopeMode } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { type ClaimInit, type CreateInit, claimAll, createTask, granted, type Scenario, wordOf } from "./scenario.ts";

type ScopeInit = { readonly resource: string; readonly mode: ScopeMode };

const asking =
  (mode: ScopeMode) =>
  (...resources: readonly string[]): ScopeInit[] =>
    resources.map((resource) => ({ resource, mode }));
export const reads = asking(ScopeMode.READ);
export const writes = asking(ScopeMode.WRITE);

/** A new task with scopes. */
export function scoped(s: Scenario, scopes: NonNullable<CreateInit["scopes"]>, more: CreateInit = {}): Promise<Task> {
  return createTask(s, { scopes, ...more });
}

/** The ids of the tasks that a claim gets. */
export async function claimIds(s: Scenario, request: ClaimInit = {}, by = s.worker): Promise<string[]> {
  return (await claimAll(s, request, by)).map(({ task }) => task.taskId);
}

export async function addScopes(
  s: Scenario,
  { lease }: GrantedTask,
  scopes: NonNullable<CreateInit["scopes"]> = writes("repo:added"),
  by = s.worker,
) {
  return await s.operations.addScopes(
    by,
    create(AddScopesRequestSchema, { leaseToken: lease.token, scopes: [...scopes] }),
  );
}

export async function listScopes(s: Scenario, prefix = "", by = s.operator): Promise<HeldScope[]> {
  return granted(await s.operations.listScopes(by, create(ListScopesRequestSchema, { prefix }))).scopes;
}

/** What is held, in short: `repo:a WRITE`. */
export async function heldScopes(s: Scenario, prefix = ""): Promise<string[]> {
  return (await listScopes(s, prefix)).map(({ resource, mode }) => `${resource} ${wordOf(ScopeMode, mode)}`);
}
