// AdminService: what those who run a server call. One engine call a method; each leaves its audit record.
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { Administrator } from "../../engine/admin/audit.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf, callIdOf, callKey } from "../call/call.ts";
import { orRefuse } from "./answers.ts";

export function adminService(engine: Operations) {
  return {
    async createTenant(request, context) {
      return { tenant: orRefuse(await engine.createTenant(adminOf(context), request)) };
    },
    async listTenants(request, context) {
      return orRefuse(await engine.listTenants(adminOf(context), request));
    },
    async updateTenant(request, context) {
      return { tenant: orRefuse(await engine.updateTenant(adminOf(context), request)) };
    },
    async suspendTenant(request, context) {
      return { tenant: orRefuse(await engine.suspendTenant(adminOf(context), request)) };
    },
    async resumeTenant(request, context) {
      return { tenant: orRefuse(await engine.resumeTenant(adminOf(context), request)) };
    },
    async createApiKey(request, context) {
      return orRefuse(await engine.createApiKey(adminOf(context), request));
    },
    async listApiKeys(request, context) {
      return orRefuse(await engine.listApiKeys(adminOf(context), request));
    },
    async revokeApiKey(request, context) {
      return { key: orRefuse(await engine.revokeApiKey(adminOf(context), request)) };
    },
    async listPrincipals(request, context) {
      return orRefuse(await engine.listPrincipals(adminOf(context), request));
    },
    async listAuditRecords(request, context) {
      return orRefuse(await engine.listAuditRecords(adminOf(context), request));
    },
  } satisfies ServiceImpl<typeof AdminService>;
}

function adminOf(context: HandlerContext): Administrator {
  const peer = context.values.get(callKey)?.peer ?? "";
  return { ...callerOf(context), peer, callId: callIdOf(context) };
}
