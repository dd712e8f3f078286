// The REST reference: the OpenAPI document, and a page that shows it. Everything comes from this server, so the page
// works without a network, and its policy lets it load and call nothing else.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HttpRoute, pathOf, respondJson, respondWith } from "../net/http-routes.ts";
import type { Sites } from "./sites.ts";

const document = new URL("../../../gen/openapi/asyncgate.json", import.meta.url);

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // The page's library sets styles on its elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AsyncGate: REST reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null });
`;

type Asset = { readonly type: string; readonly read: () => string | Buffer };

export function referenceRoutes(sites: Sites): HttpRoute[] {
  const assets: Readonly<Record<string, Asset>> = {
    "/openapi.json": { type: "application/json", read: () => readFileSync(document) },
    "/docs": { type: "text/html; charset=utf-8", read: () => page },
    "/docs/start.js": { type: "text/javascript; charset=utf-8", read: () => start },
    "/docs/swagger-ui.css": { type: "text/css; charset=utf-8", read: () => libraryFile("swagger-ui.css") },
    "/docs/swagger-ui-bundle.js": {
      type: "text/javascript; charset=utf-8",
      read: () => libraryFile("swagger-ui-bundle.js"),
    },
  };
  return Object.entries(assets).map(([path, asset]) => routeOf(path, asset, sites));
}

/** Read when it is asked for the first time: most servers are never asked. */
function routeOf(path: string, { type, read }: Asset, sites: Sites): HttpRoute {
  let content: string | Buffer | undefined;
  return {
    matches: (request) => pathOf(request) === path,
    handle(request, response) {
      const refusal = sites.hostRefusalOf(request);
      if (refusal) return respondJson(response, 403, { code: "permission_denied", message: refusal.message });
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("allow", "GET, HEAD");
        return respondJson(response, 405, { code: "unimplemented", message: "This path is for GET and HEAD only." });
      }
      content ??= read();
      response.setHeader("content-security-policy", policy);
      response.setHeader("referrer-policy", "no-referrer");
      response.setHeader("cross-origin-resource-policy", "same-origin");
      respondWith(response, 200, type, content);
    },
  };
}

/** In a package, the two files that the page needs lie in it: the library has six times as much. */
const packaged = fileURLToPath(new URL("../../../assets/swagger-ui/", import.meta.url));

function libraryFile(name: string): Buffer {
  if (existsSync(packaged)) return readFileSync(join(packaged, name));
  const library = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  return readFileSync(join(library, name));
}
