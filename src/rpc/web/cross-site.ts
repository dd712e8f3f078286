// Requests that a page of another site makes a browser send. Credentials are headers that such a page does not have, so
// nothing would be answered anyway; refused early, it does not even learn what there is.
import type { HttpRequest } from "../net/http-routes.ts";

export function isCrossSite({ headers }: HttpRequest): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin } = headers;
  if (origin === undefined) return false;
  const host = headers[":authority"] ?? headers.host;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
