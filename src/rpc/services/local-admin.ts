// AdminService without a network: the same handlers behind the same rules, for the command line that has the database
// itself. What is refused is on record like everything else.
import { createRouterTransport, type Interceptor, type Transport } from "@connectrpc/connect";
import { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { localAdministrator } from "../../engine/admin/local-administrator.ts";
import type { Operations } from "../../engine/index.ts";
import type { Log } from "../../log.ts";
import { type Call, callerKey, callKey } from "../call/call.ts";
import { unlimitedSlot } from "../call/call-budget.ts";
import { audit } from "../interceptors/audit.ts";
import { methodName } from "../interceptors/authorize.ts";
import { mapErrors } from "../interceptors/map-errors.ts";
import { validate } from "../interceptors/validate.ts";
import { createRules } from "../rules/rules.ts";
import { adminService } from "./admin-service.ts";

export type LocalAdminOptions = {
  readonly operations: Operations;
  readonly log: Log;
  readonly messageBytesMax: number;
  readonly newId: () => string;
};

export function createLocalAdmin({ operations, newId, ...options }: LocalAdminOptions): Transport {
  const { auditRefusal } = operations;
  const interceptors = [
    asAdministrator(newId),
    audit({ ...options, auditRefusal }),
    mapErrors(options),
    validate(createRules()),
  ];
  return createRouterTransport((router) => void router.service(AdminService, adminService(operations)), {
    router: { interceptors },
  });
}

function asAdministrator(newId: () => string): Interceptor {
  return (next) => async (request) => {
    const call: Call = {
      id: newId(),
      startedMs: 0,
      slot: unlimitedSlot,
      peer: "local",
      method: methodName(request.method),
      protocol: "local",
      callerSignal: undefined,
      caller: localAdministrator,
      reauthenticate: undefined,
      certificate: undefined,
      credentialFault: "",
      audited: false,
      entered: true,
      ended: false,
      leaveScheduler: () => {},
      isAllowed: async () => true,
      cut: () => {},
      cutReason: () => undefined,
      closeAfterAnswer: () => {},
      counts: new Map(),
    };
    request.contextValues.set(callKey, call).set(callerKey, localAdministrator);
    return await next(request);
  };
}
