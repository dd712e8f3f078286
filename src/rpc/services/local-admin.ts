// AdminService without a network: the same handlers behind the same rules, for the command line that has the database
// itself. What is refused is on record like everything else.
import { createRouterTransport, type Transport } from "@connectrpc/connect";
import { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { localAdministrator } from "../../engine/admin/local-administrator.ts";
import type { Operations } from "../../engine/index.ts";
import type { Log } from "../../log.ts";
import { audit } from "../interceptors/audit.ts";
import { mapErrors } from "../interceptors/map-errors.ts";
import { validate } from "../interceptors/validate.ts";
import { createRules } from "../rules/rules.ts";
import { adminService } from "./admin-service.ts";
import { asLocalCaller } from "./local-call.ts";

export type LocalAdminOptions = {
  readonly operations: Operations;
  readonly log: Log;
  readonly messageBytesMax: number;
  readonly newId: () => string;
};

export function createLocalAdmin({ operations, newId, ...options }: LocalAdminOptions): Transport {
  const { auditRefusal } = operations;
  const interceptors = [
    asLocalCaller(newId, () => localAdministrator),
    audit({ ...options, auditRefusal }),
    mapErrors(options),
    validate(createRules()),
  ];
  return createRouterTransport((router) => void router.service(AdminService, adminService(operations)), {
    router: { interceptors },
  });
}
