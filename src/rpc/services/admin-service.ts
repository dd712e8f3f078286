// AdminService, for administrators: one engine call a method; each leaves its audit record.
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { Administrator } from "../../engine/admin/audit.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { callerOf, callIdOf, callKey } from "../call/call.ts";

export function adminService(engine: Operations) {
  return {
    createTenant: async (request, context) => ({ tenant: await engine.createTenant(adminOf(context), request) }),
    listTenants: (request, context) => engine.listTenants(adminOf(context), request),
    updateTenant: async (request, context) => ({ tenant: await engine.updateTenant(adminOf(context), request) }),
    suspendTenant: async (request, context) => ({ tenant: await engine.suspendTenant(adminOf(context), request) }),
    resumeTenant: async (request, context) => ({ tenant: await engine.resumeTenant(adminOf(context), request) }),
    createApiKey: (request, context) => engine.createApiKey(adminOf(context), request),
    listApiKeys: (request, context) => engine.listApiKeys(adminOf(context), request),
    revokeApiKey: async (request, context) => ({ key: await engine.revokeApiKey(adminOf(context), request) }),
    listPrincipals: (request, context) => engine.listPrincipals(adminOf(context), request),
    listAuditRecords: (request, context) => engine.listAuditRecords(adminOf(context), request),
  } satisfies ServiceImpl<typeof AdminService>;
}

export function adminOf(context: HandlerContext): Caller & Administrator {
  const peer = context.values.get(callKey)?.peer ?? "";
  return { ...callerOf(context), peer, callId: callIdOf(context) };
}
