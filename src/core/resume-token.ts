// Resume tokens: a session's id, sealed with the tenant's key together with the principal that owns the session. A
// session keeps its token over all breaks: a worker that never got its last welcome can come back with the earlier one.
import { type KeyObject, timingSafeEqual } from "node:crypto";
import { seal } from "./seal.ts";
import { readUuid, uuidBytes, writeUuid } from "./uuid.ts";

const prefix = "agr1_";
/** Part of the seal, so that no token of another kind is valid as a resume token. */
const purpose = "resume";
const sealBytes = 16;

export function formatResumeToken(key: KeyObject, principal: string, sessionId: string): string {
  const session = Buffer.alloc(uuidBytes);
  writeUuid(session, sessionId, 0);
  return prefix + Buffer.concat([session, seal(key, purpose, session, principal)]).toString("base64url");
}

/** The session's id; undefined if the token was not issued to this principal. */
export function parseResumeToken(key: KeyObject, principal: string, token: string): string | undefined {
  if (!token.startsWith(prefix)) return undefined;
  const bytes = Buffer.from(token.slice(prefix.length), "base64url");
  if (bytes.length !== uuidBytes + sealBytes || prefix + bytes.toString("base64url") !== token) return undefined;
  const session = bytes.subarray(0, uuidBytes);
  if (!timingSafeEqual(bytes.subarray(uuidBytes), seal(key, purpose, session, principal))) return undefined;
  return readUuid(bytes, 0);
}
