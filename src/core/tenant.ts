// What a tenant may have of its own: limits by the names of GetConfig, and the rest as the server has it.
import { atLeastOne, type Limits, protections } from "./limits.ts";
import type { FieldViolation } from "./refusal.ts";

/** As the store keeps them: only those that differ from the server's. */
export type OwnLimits = Readonly<Record<string, number>>;

export function parseOwnLimits(json: string): OwnLimits {
  return JSON.parse(json) as OwnLimits;
}

/**
 * The limits that hold for a tenant. A name that this version does not know limits nothing, and what protects the
 * server holds though it was lowered after the tenant got its own.
 */
export function limitsOfTenant(limits: Limits, own: OwnLimits): Limits {
  const known = Object.entries(own)
    .filter(([name]) => Object.hasOwn(limits, name))
    .map(([name, bound]) => [name, protections.has(name) ? Math.min(bound, boundOf(limits, name)) : bound]);
  return known.length === 0 ? limits : { ...limits, ...Object.fromEntries(known) };
}

function boundOf(limits: Limits, name: string): number {
  return limits[name as keyof Limits];
}

/** A misspelt limit would limit no caller, and one above the server's own would have no effect either. */
export function checkLimitWishes(limits: Limits, wishes: Readonly<Record<string, bigint>>): FieldViolation[] {
  return Object.entries(wishes).flatMap(([name, value]) => {
    const field = `limits[${JSON.stringify(name)}]`;
    if (!Object.hasOwn(limits, name)) {
      return [{ field, description: "is no limit: GetConfig shows them all", rule: "limits.known" }];
    }
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      return [{ field, description: `must be at most ${Number.MAX_SAFE_INTEGER}`, rule: "limits.integer" }];
    }
    if (protections.has(name) && value > BigInt(boundOf(limits, name))) {
      const description = `must be at most ${boundOf(limits, name)}, the server's own, which protects the server`;
      return [{ field, description, rule: "limits.protection" }];
    }
    if (atLeastOne.has(name) && value === 0n) {
      return [{ field, description: "must be at least 1; SuspendTenant shuts a tenant out", rule: "limits.rate" }];
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
