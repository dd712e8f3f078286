// Maps a client's certificate to its principal: one of its names must match an exact rule of the operator. A
// certificate is trusted once the connection's handshake has verified it against the operator's authority, until it
// expires.
import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { Claimed } from "../../core/claims.ts";
import type { Recognize } from "../../engine/admin/authenticate.ts";
import type { Caller } from "../../engine/caller.ts";
import { badCredential } from "../interceptors/authenticate.ts";
import { peerCertificate } from "../net/tls.ts";

/** `URI:spiffe://example.org/worker` or `DNS:worker.example.org` → the principal that it stands for. */
export type CertificateRules = ReadonlyMap<string, Claimed>;

export type CertificateOptions = {
  readonly rules: CertificateRules;
  readonly recognize: Recognize;
  readonly now: () => Date;
};

/** What a socket of TLS has; one of HTTP/2 is seen through a proxy that is no instance of anything. */
type Certified = {
  readonly authorized?: boolean;
  readonly authorizationError?: unknown;
  readonly [peerCertificate]?: X509Certificate | undefined;
};

export function createCertificateJudge({ rules, recognize, now }: CertificateOptions) {
  return async (connection: Socket | undefined): Promise<Caller | undefined> => {
    const socket = connection as (Socket & Certified) | undefined;
    const certificate = socket?.[peerCertificate];
    if (socket === undefined || certificate === undefined) return undefined;
    if (socket.authorized !== true)
      throw badCredential(`the certificate is not believed: ${socket.authorizationError}`);
    if (certificate.validToDate <= now()) throw badCredential("the certificate has expired on an open connection");
    const known = namesOf(certificate).filter((name) => rules.has(name));
    const [name] = known;
    const claimed = name === undefined ? undefined : rules.get(name);
    if (name === undefined || claimed === undefined) throw badCredential("no name of the certificate is known");
    if (known.length > 1) throw badCredential("the certificate has several names that are known");
    const caller = await recognize({ ...claimed, keyId: `certificate:${name}` });
    if (caller === undefined) throw badCredential("there is no tenant of that name");
    return caller;
  };
}

/** Names with characters that could be taken for separators come quoted from Node; no rule is written like that. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
  return [...new Set((subjectAltName ?? "").split(", "))];
}
