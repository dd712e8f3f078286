// The caller of a command line that works on the database itself, without a key: it makes the first one. No credential
// can have its kind.
import { createSecretKey } from "node:crypto";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { defaultLimits } from "../../core/limits.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { roleName, scopesOf } from "../../core/roles.ts";
import type { Caller } from "../caller.ts";
import { ofNoTenant } from "./audit.ts";

/** It holds no lease, so nothing is sealed with it. */
const tokenKeyBytes = 32;
const principal = { kind: PrincipalKind.SYSTEM, id: "command-line" };

export const localAdministrator: Caller = {
  tenantId: ofNoTenant,
  tenantName: "",
  principal,
  principalText: formatPrincipal(principal),
  roles: [roleName(Role.ADMIN)],
  scopes: scopesOf([Role.ADMIN]),
  keyId: "",
  limits: defaultLimits,
  locatabilityMode: LocatabilityMode.LENIENT,
  tokenKey: createSecretKey(new Uint8Array(tokenKeyBytes)),
};
