// What roles may do, as the contract says.
import { getOption } from "@bufbuild/protobuf";
import { grant } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { type Role, RoleSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";

const scopesOfRole = new Map<number, readonly string[]>(
  RoleSchema.values.map((value) => [value.number, getOption(value, grant).scopes]),
);

/** `tasker` for `ROLE_TASKER`. */
export function roleName(role: number): string {
  return (RoleSchema.value[role as Role]?.name ?? String(role)).replace("ROLE_", "").toLowerCase();
}

/** A role that this version does not know gives nothing. */
export function scopesOf(roles: readonly number[]): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => scopesOfRole.get(role) ?? []));
}

/** The names of the roles that a scope comes with. */
export function rolesWith(scope: string): string[] {
  return [...scopesOfRole].filter(([, scopes]) => scopes.includes(scope)).map(([role]) => roleName(role));
}
