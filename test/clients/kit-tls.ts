// What the tests of a kit need of TLS: a server in this process, its authority, another one of the same name, and the
// certificate of a client that the server knows, as the values of environment variables.

import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { createCertificateJudge } from "../../src/rpc/credentials/client-certificates.ts";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { openWork } from "../rpc/open-work.ts";

/** Who calls with the client's certificate. */
const known = "URI:spiffe://example.org/agent/ada";

export async function openTls(): Promise<Record<string, string>> {
  const authority = makeAuthority("operator");
  const server = makeCertificate(authority, { subject: "server", names: ["DNS:localhost", "IP:127.0.0.1"] });
  const callers: Caller[] = [];
  const principal = { kind: PrincipalKind.AGENT, id: "ada" };
  const certificate = createCertificateJudge({
    rules: new Map([[known, { tenant: "acme", principal, roles: [Role.TASKER] }]]),
    recognize: async () => callers[0],
    now: () => new Date(),
  });
  const tls = { ...server, clientAuthority: authority.certificate };
  const { endpoint, tenant } = await openWork({ endpoint: { more: { tls, certificate } } });
  callers.push(tenant.caller("agent", "ada"));
  const client = makeCertificate(authority, { subject: "ada", names: [known] });
  return {
    KIT_TLS_URL: endpoint.url.replace("http:", "https:"),
    KIT_TLS_CA: authority.certificate,
    // Of the same name, with a key of its own.
    KIT_TLS_OTHER_CA: makeAuthority("operator").certificate,
    KIT_TLS_CERT: client.certificate,
    KIT_TLS_KEY: client.key,
  };
}
