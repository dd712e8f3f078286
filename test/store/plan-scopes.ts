// The part of plan-expectations.ts about write scopes.
import type { Expectation } from "./plan-expectations.ts";

const key = {
  held: "held_scope: held_scope_at (tenant_id, key)",
  heldToWrite: "held_scope: held_scope_to_write (tenant_id, key)",
  heldOfTask: "held_scope: held_scope_pkey (task_id, tenant_id)",
  wanted: "wanted_scope: wanted_scope_at (tenant_id, key)",
  wantedOfTask: "wanted_scope: wanted_scope_pkey (task_id, tenant_id)",
  wait: "scope_wait: scope_wait_pkey (task_id, tenant_id)",
  waiters: "scope_wait: scope_wait_on_task (tenant_id, held_by_task_id)",
  unresolved: "unresolved_scope: unresolved_scope_pkey (tenant_id, task_id)",
  lease: "lease: lease_pkey (tenant_id, task_id)",
  ready: "ready: ready_pkey (tenant_id, task_id)",
  session: "session: session_pkey (tenant_id, session_id)",
} as const;

export const scopeWaitKey = key.wait;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });

export const scopePlans: Readonly<Record<string, Expectation>> = {
  FindHeldScopes: by(key.held, key.heldToWrite),
  FindWantedScopes: by(key.wanted, key.wait),
  DeleteHeldScopes: by(key.heldOfTask, "held_scope: ctid"),
  ReadHeldScopes: by(key.heldOfTask),
  TieScopedLease: by(key.lease),
  HoldBackReady: by(key.ready, "ready: ctid"),
  DeleteScopeWaits: by(key.wait, "scope_wait: ctid", key.wantedOfTask, "wanted_scope: ctid"),
  ReleaseScopeWaiters: by(
    key.waiters,
    key.ready,
    "ready: ctid",
    key.wait,
    "scope_wait: ctid",
    key.wantedOfTask,
    "wanted_scope: ctid",
  ),
  PickUnresolvedScopes: by("unresolved_scope: unresolved_scope_pkey (tenant_id)", "tenant: tenant_pkey ()"),
  DeleteUnresolvedScopes: by(key.unresolved, "unresolved_scope: ctid"),
  ListHeldScopes: by(key.held, key.lease, key.session),
  ListScopeWaiters: by(key.waiters),
  ReadScopeHolders: by(key.lease, key.session),
};

const each = (form: (number: number) => string) =>
  `array[${Array.from({ length: 10 }, (_, index) => form(1 + 3 * index)).join(", ")}]`;
const shelf = (number: number) => Math.floor(number / 30);

/** Of statements about scopes. */
export function scopeArguments(statement: string, ids: string): Readonly<Record<string, string>> {
  if (!statement.includes("Scope")) return {};
  return {
    keys: each((number) => `'repo:${shelf(number)}/${number}/'`),
    until_keys: each((number) => `'repo:${shelf(number)}/${number}0'`),
    held_keys: each((number) => `'repo:${shelf(number)}/${number}/'`),
    above_keys: each((number) => `'repo:${shelf(number)}/'`),
    writes: each((number) => String(number % 2 === 0)),
    above_writes: each(() => "true"),
    above_places: each(() => "1"),
    above_eligible_times: each(() => "'2025-01-06Z'::timestamptz"),
    own_task_id: "'00000000-0000-0000-0000-000000000000'",
    held_by_task_ids: ids.replaceAll("plan_id(1,", "plan_id(2,"),
    from_key: "'repo:'",
    until_key: "'repo;'",
    after_key: "''",
    after_task_id: "'00000000-0000-0000-0000-000000000000'",
  };
}
