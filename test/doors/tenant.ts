// A tenant of its own for each door, with keys for those who call: what one door does, no other one sees.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { AdminService, Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { readKey } from "../e2e/dev-server.ts";
import type { Server } from "./doors.ts";

export async function makeTenant({ url }: { readonly url: string }, dataDir: string, name: string): Promise<Server> {
  const admin = createClient(AdminService, createGrpcTransport({ baseUrl: url }));
  const as = { headers: { authorization: `Bearer ${await readKey(dataDir, "admin")}` } };
  const { tenant } = await admin.createTenant({ name: `doors-${name}` }, as);
  const keyOf = async (kind: PrincipalKind, role: Role) => {
    const principal = { kind, id: `doors-${role}` };
    const request = { tenantId: tenant?.tenantId ?? "", name: principal.id, principal, roles: [role] };
    return (await admin.createApiKey(request, as)).secret;
  };
  return {
    url,
    keys: {
      tasker: await keyOf(PrincipalKind.AGENT, Role.TASKER),
      worker: await keyOf(PrincipalKind.WORKER, Role.WORKER),
      operator: await keyOf(PrincipalKind.HUMAN, Role.OPERATOR),
    },
  };
}
