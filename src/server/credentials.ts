// The credentials that a server accepts, from its settings; and the check that a server on the network accepts any.

import { isLoopback } from "../core/loopback.ts";
import type { Operations } from "../engine/index.ts";
import type { Log } from "../log.ts";
import { createCertificateJudge } from "../rpc/credentials/client-certificates.ts";
import { createTokenJudge } from "../rpc/credentials/tokens.ts";
import type { Authenticate } from "../rpc/interceptors/authenticate.ts";
import { type Config, ConfigError } from "./config.ts";
import { readCertificateRules, readIssuers, scopesOf } from "./credential-settings.ts";
import { readTlsFiles } from "./tls-files.ts";

type Dependencies = { readonly log: Log; readonly now: () => Date; readonly monotonicMs: () => number };

/** How callers are authenticated (keys, tokens, certificates), and the server's own certificate. */
export async function readCredentials(config: Config, operations: Operations, { log, now, monotonicMs }: Dependencies) {
  const { authenticate, recognize } = operations;
  const [tls, issuers, rules] = await Promise.all([
    readTlsFiles(config),
    readIssuers(config.oidcIssuers),
    readCertificateRules(config.clientCertificates),
  ]);
  const tokens = createTokenJudge({ issuers, recognize, log, now, monotonicMs });
  return {
    authenticate: tokens ? eitherOf(authenticate, tokens) : authenticate,
    ...(tls && { tls }),
    ...(rules.size > 0 && { certificate: createCertificateJudge({ rules, recognize, now }) }),
    issuers: { names: issuers.map(({ issuer }) => issuer), scopes: scopesOf(issuers) },
    hasOthers: issuers.length > 0 || rules.size > 0,
  };
}

/** Keys have a prefix; every other credential is treated as a token. */
function eitherOf(keys: Authenticate, tokens: Authenticate): Authenticate {
  return (bearer) => (bearer.startsWith("ag_") ? keys(bearer) : tokens(bearer));
}

/** A server on the network that accepts no credential is a mistake; the error says how to make the first key. */
export async function refuseWithoutCredentials(
  config: Config,
  operations: Operations,
  { hasOthers }: { readonly hasOthers: boolean },
): Promise<void> {
  if (isLoopback(config.host) || hasOthers || (await operations.hasCredential())) return;
  throw new ConfigError([
    `${config.host} is off loopback, and there is no live key in the database: create one first, with ` +
      "`asyncgate admin create-tenant --offline` and `asyncgate admin create-api-key --offline`",
  ]);
}
