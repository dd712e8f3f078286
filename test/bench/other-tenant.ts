// Creates a second tenant in the database of a running server, with a key that may create tasks.
import { create } from "@bufbuild/protobuf";
import {
  CreateApiKeyRequestSchema,
  CreateTenantRequestSchema,
  Role,
} from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { localAdministrator } from "../../src/engine/admin/local-administrator.ts";
import { bindEngine } from "../../src/engine/index.ts";
import { readConfig } from "../../src/server/config.ts";
import { engineFromConfig } from "../../src/server/engine-from-config.ts";
import { openDatabase } from "../../src/store/pool.ts";

export async function makeOtherTenant(databaseUrl: string): Promise<{ readonly tasker: string }> {
  const config = readConfig({ environment: {} });
  const database = openDatabase({ databaseUrl, poolMax: 1, applicationName: "asyncgate-bench", log: () => {} });
  try {
    const operations = bindEngine(engineFromConfig(config, database, "bench"), () => performance.now());
    const admin = { ...localAdministrator, peer: "local", callId: "bench" };
    const tenant = await operations.createTenant(admin, create(CreateTenantRequestSchema, { name: "other" }));
    const principal = { kind: PrincipalKind.AGENT, id: "flood" };
    const request = { tenantId: tenant.tenantId, roles: [Role.TASKER], principal };
    const key = await operations.createApiKey(admin, create(CreateApiKeyRequestSchema, request));
    return { tasker: key.secret };
  } finally {
    await database.close();
  }
}
