// Requests that a page of another site makes a browser send, to the paths that a page could read. Credentials are
// headers that such a page does not have, so nothing would be answered anyway; refused early, it does not even learn
// what there is. A page may be of another site by its origin. Or its own name has come to stand for this server's
// address (DNS rebinding): then the browser sees one site, and only the name in the request tells.
import { isLoopback } from "../../core/loopback.ts";
import { type Refusal, unsupported } from "../../core/refusal.ts";
import type { HttpRequest } from "../net/http-routes.ts";
import { type Host, parseHost } from "./host.ts";

export type SitesConfig = {
  readonly host: string;
  readonly tlsByProxy: boolean;
  /** Without a path: `https://asyncgate.example`. */
  readonly publicUrl: string | undefined;
  /** Further names of this server, without ports. */
  readonly allowedHosts: readonly string[];
};

export type Sites = {
  /** For what pages call. */
  refusalOf(request: HttpRequest): Refusal | undefined;
  /** For what pages of other sites may link to. */
  hostRefusalOf(request: HttpRequest): Refusal | undefined;
};

export function createSites(config: SitesConfig): Sites {
  const publicUrl = config.publicUrl === undefined ? undefined : new URL(config.publicUrl);
  const names = namesOf(config, publicUrl);
  const hostRefusalOf = (request: HttpRequest) => (isNamed(names, request) ? undefined : unsupported(otherHost));
  return {
    hostRefusalOf,
    refusalOf: (request) =>
      hostRefusalOf(request) ?? (isCrossSite(request, publicUrl) ? unsupported(otherSite) : undefined),
  };
}

const otherSite = "Requests from other sites' pages are not answered.";
const otherHost =
  "This server does not go by the host name of this request. If it should, name it in ASYNCGATE_PUBLIC_URL or " +
  "ASYNCGATE_ALLOWED_HOSTS.";

/** Undefined for a server of any name: it listens on the network, or behind a proxy, and was not told its own. */
function namesOf(config: SitesConfig, publicUrl: URL | undefined): ReadonlySet<string> | undefined {
  const given = [...(publicUrl ? [publicUrl.hostname] : []), ...config.allowedHosts];
  if (given.length === 0 && (config.tlsByProxy || !isLoopback(config.host))) return undefined;
  return new Set(given.map((name) => parseHost(name)?.name ?? name));
}

/** Names of this machine always do: no other site has them, and its operator uses them. */
function isNamed(names: ReadonlySet<string> | undefined, request: HttpRequest): boolean {
  if (names === undefined) return true;
  const hosts = hostsOf(request);
  return (
    hosts.length > 0 && hosts.every((host) => host !== undefined && (isLoopback(host.name) || names.has(host.name)))
  );
}

/** HTTP/2 may carry both; then both must do. */
function hostsOf({ headers }: HttpRequest): (Host | undefined)[] {
  return [headers[":authority"], headers.host].flatMap((text) => (typeof text === "string" ? [parseHost(text)] : []));
}

function isCrossSite(request: HttpRequest, publicUrl: URL | undefined): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin } = request.headers;
  if (origin === undefined) return false;
  if (!URL.canParse(origin)) return true;
  const url = new URL(origin);
  // A proxy may replace the name by which it was called.
  if (publicUrl !== undefined && url.origin === publicUrl.origin) return false;
  const [host] = hostsOf(request);
  const from = parseHost(url.host);
  return host === undefined || host.name !== from?.name || portOf(host, url) !== portOf(from, url);
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

function portOf({ port }: Host, { protocol }: URL): number | undefined {
  return port ?? defaultPorts[protocol];
}
