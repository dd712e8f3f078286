// What a tenant may have of its own: limits by the names of GetConfig, and the rest as the server has it.
import type { Limits } from "./limits.ts";
import type { FieldViolation } from "./refusal.ts";

/** As the store keeps them: only those that differ from the server's. */
export type OwnLimits = Readonly<Record<string, number>>;

export function parseOwnLimits(json: string): OwnLimits {
  return JSON.parse(json) as OwnLimits;
}

/** The limits that hold for a tenant. A name that this version does not know limits nothing. */
export function limitsOfTenant(limits: Limits, own: OwnLimits): Limits {
  const known = Object.entries(own).filter(([name]) => Object.hasOwn(limits, name));
  return known.length === 0 ? limits : { ...limits, ...Object.fromEntries(known) };
}

/** A misspelt limit would hold nobody back. */
export function checkLimitWishes(limits: Limits, wishes: Readonly<Record<string, bigint>>): FieldViolation[] {
  return Object.entries(wishes).flatMap(([name, value]) => {
    const field = `limits[${JSON.stringify(name)}]`;
    if (!Object.hasOwn(limits, name)) {
      return [{ field, description: "is no limit: GetConfig shows them all", rule: "limits.known" }];
    }
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      return [{ field, description: `must be at most ${Number.MAX_SAFE_INTEGER}`, rule: "limits.integer" }];
    }
    return [];
  });
}

/** What is not wished for stays; a negative value goes back to the server's. */
export function changeLimits(own: OwnLimits, wishes: Readonly<Record<string, bigint>>): OwnLimits {
  const changed = {
    ...own,
    ...Object.fromEntries(Object.entries(wishes).map(([name, value]) => [name, Number(value)])),
  };
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value >= 0));
}
