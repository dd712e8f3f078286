// Where MCP hosts learn which issuers' tokens are taken here (RFC 9728). Only a server with issuers, and with a URL
// that its operator set, says so: a host that finds this document starts an OAuth flow, and a URL made of the
// request's own words could lead it to another server.
import { type HttpRoute, pathOf, respondJson } from "../net/http-routes.ts";
import type { Sites } from "./sites.ts";

export type TokenIssuers = {
  readonly names: readonly string[];
  /** What a host should ask an issuer for; empty if no issuer's roles depend on it. */
  readonly scopes: readonly string[];
};

export type ProtectedResource = {
  readonly routes: readonly HttpRoute[];
  /** For the answer to a caller of MCP without a valid credential. */
  readonly challenge: string;
};

const wellKnown = "/.well-known/oauth-protected-resource";

/** Undefined if there is nothing to tell. */
export function createProtectedResource(
  publicUrl: string | undefined,
  issuers: TokenIssuers | undefined,
  sites: Sites,
): ProtectedResource | undefined {
  if (publicUrl === undefined || issuers === undefined || issuers.names.length === 0) return undefined;
  const { origin } = new URL(publicUrl);
  const common = {
    authorization_servers: issuers.names,
    ...(issuers.scopes.length > 0 && { scopes_supported: issuers.scopes }),
    bearer_methods_supported: ["header"],
    resource_name: "AsyncGate",
  };
  // A document is about the resource whose path follows the well-known one, and must name exactly that.
  const routes = ["", "/mcp"].map((path) => routeOf(path, { resource: `${origin}${path}`, ...common }, sites));
  return { routes, challenge: `Bearer resource_metadata="${origin}${wellKnown}/mcp"` };
}

function routeOf(path: string, document: object, sites: Sites): HttpRoute {
  return {
    matches: (request) =>
      pathOf(request) === `${wellKnown}${path}` && (request.method === "GET" || request.method === "HEAD"),
    handle(request, response) {
      const refusal = sites.hostRefusalOf(request);
      if (refusal) respondJson(response, 403, { code: "permission_denied", message: refusal.message });
      else respondJson(response, 200, document);
    },
  };
}
