// A database with an administrator, and short functions for what administrators do.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type AuditRecord,
  CreateApiKeyRequestSchema,
  CreateTenantRequestSchema,
  ListAuditRecordsRequestSchema,
  Role,
  type Tenant,
} from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { Refusal } from "../../src/core/refusal.ts";
import type { Administrator } from "../../src/engine/admin/audit.ts";
import type { NewApiKey } from "../../src/engine/admin/create-api-key.ts";
import { bindEngine, type Operations } from "../../src/engine/index.ts";
import { createClock, openTestEngine, type TestEngine, type TestEngineOptions } from "./engine.ts";
import { granted } from "./ledger-scenario.ts";

export type Administration = TestEngine & {
  readonly admin: Administrator;
  /** Two servers on one database, whose monotonic clocks the test moves together. */
  readonly servers: readonly [Operations, Operations];
  readonly pass: (ms: number) => void;
};

export async function openAdministration(options: TestEngineOptions = {}): Promise<Administration> {
  let ms = 0;
  const clock = createClock();
  const one = await openTestEngine({ ...options, clock });
  const other = await openTestEngine({ ...options, clock, databaseUrl: one.database.databaseUrl });
  const servers = [bindEngine(one.engine, () => ms), bindEngine(other.engine, () => ms)] as const;
  const pass = (byMs: number) => {
    ms += byMs;
    clock.advance(byMs);
  };
  const caller = one.tenant.caller("human", "ada", [Role.ADMIN]);
  return { ...one, servers, pass, admin: { ...caller, peer: "192.0.2.7", callId: "call-7" } };
}

type Ground = Pick<Administration, "operations" | "admin">;

export async function makeTenant(
  { operations, admin }: Ground,
  request: MessageInitShape<typeof CreateTenantRequestSchema> = {},
): Promise<Tenant> {
  return granted(await operations.createTenant(admin, create(CreateTenantRequestSchema, { name: "acme", ...request })));
}

export const alice = { kind: PrincipalKind.AGENT, id: "alice" } as const;

export function askForKey(
  { operations, admin }: Ground,
  request: Exclude<MessageInitShape<typeof CreateApiKeyRequestSchema>, { readonly $typeName: string }>,
): Promise<NewApiKey | Refusal> {
  const { principal = alice, roles = [Role.TASKER] } = request;
  return operations.createApiKey(admin, create(CreateApiKeyRequestSchema, { ...request, principal, roles }));
}

/** The audit records, oldest first. */
export async function readRecord(
  { operations, admin }: Ground,
  request: MessageInitShape<typeof ListAuditRecordsRequestSchema> = {},
): Promise<AuditRecord[]> {
  const asked = create(ListAuditRecordsRequestSchema, { pageSize: 200, ...request });
  return granted(await operations.listAuditRecords(admin, asked)).records.reverse();
}

/** `CreateTenant` of `asyncgate.v1.AdminService/CreateTenant`. */
export function methodsOf(records: readonly AuditRecord[]): string[] {
  return records.map(({ method }) => method.replace("asyncgate.v1.AdminService/", ""));
}
