// Write scopes: what a task works on, so that no two work on the same thing at once.
import { type HeldScope, ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";

/** A resource to write, as the string `repo:shop/api`, or one to read. It covers everything below it. */
export type ScopeInit = string | { readonly read: string } | { readonly write: string };

export function scopeOf(init: ScopeInit): { resource: string; mode: ScopeMode } {
  if (typeof init === "string") return { resource: init, mode: ScopeMode.WRITE };
  return "read" in init
    ? { resource: init.read, mode: ScopeMode.READ }
    : { resource: init.write, mode: ScopeMode.WRITE };
}

export async function addScopes(
  { stubs, call }: Calls,
  leaseToken: string,
  scopes: readonly ScopeInit[],
  options: CallOptions,
): Promise<void> {
  const keyed = withRequestId(options);
  const request = { leaseToken, scopes: scopes.map(scopeOf), requestId: keyed.requestId };
  await call(keyed, (bounds) => stubs.leases.addScopes(request, bounds));
}

export async function* listScopes(
  { stubs, call }: Calls,
  prefix: string,
  options: CallOptions,
): AsyncGenerator<HeldScope> {
  let pageToken = "";
  do {
    const request = { prefix, pageToken };
    const page = await call(options, (bounds) => stubs.leases.listScopes(request, bounds));
    yield* page.scopes;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
