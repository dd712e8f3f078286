// The whole server but for its process: a real engine on a database of its own behind a real port, and a key for each
// role, made by an administrator.
import { create } from "@bufbuild/protobuf";
import { onTestFinished } from "vitest";
import {
  CreateApiKeyRequestSchema,
  CreateTenantRequestSchema,
  type Role,
  RoleSchema,
} from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { localAdministrator } from "../../src/engine/admin/local-administrator.ts";
import { bindEngine } from "../../src/engine/index.ts";
import { registerServices } from "../../src/rpc/services/services.ts";
import { openTestEngine, type TestEngine, type TestEngineOptions } from "../helpers/engine.ts";
import { granted } from "../helpers/ledger-scenario.ts";
import { openTestServer, type ServerWishes } from "./test-server.ts";

const local = { ...localAdministrator, peer: "local", callId: "test" };

export const roles = RoleSchema.values.filter(({ number }) => number !== 0).map(({ number }) => number as Role);

export type EngineServer = Awaited<ReturnType<typeof openEngineServer>>;

export async function openEngineServer(
  wishes: (engine: EngineOf) => ServerWishes = () => ({}),
  options: TestEngineOptions = {},
) {
  const opened = await openTestEngine({ waitMaxMs: 0, ...options });
  let ms = 0;
  const operations = bindEngine(opened.engine, () => ms);
  const asked = wishes({ ...opened, operations });
  const endpoint = await openTestServer({
    services: (router, behind) => registerServices(router, behind, operations),
    authenticate: operations.authenticate,
    ...asked,
    more: { auditRefusal: operations.auditRefusal, ...asked.more },
  });
  onTestFinished(() => endpoint.server.close({ graceMs: 0 }));
  const makeTenant = async (name: string) =>
    granted(await operations.createTenant(local, create(CreateTenantRequestSchema, { name }))).tenantId;
  const makeKey = async (tenantId: string, role: Role, id = "alice") => {
    const request = { tenantId, roles: [role], principal: { kind: PrincipalKind.HUMAN, id } };
    return granted(await operations.createApiKey(local, create(CreateApiKeyRequestSchema, request))).secret;
  };
  /** Lets the server forget what it knew about credentials, as it does by itself within 5 s. */
  const forget = () => {
    ms += 5_000;
  };
  return { ...opened, operations, endpoint, url: endpoint.url, makeTenant, makeKey, forget };
}

type EngineOf = TestEngine;

export function bearer(key: string): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Bearer ${key}` } };
}
