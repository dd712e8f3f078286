// Lease tokens: task, lease and fence, sealed with the tenant's key together with the principal they were granted to.
// Nothing about them is stored, and a repeated answer carries the same token.
import { type KeyObject, timingSafeEqual } from "node:crypto";
import { seal } from "./seal.ts";
import { readUuid, uuidBytes, writeUuid } from "./uuid.ts";

export type LeaseGrant = { readonly taskId: string; readonly leaseId: string; readonly fence: number };

/** What a token says, and who shows it: the lease that is found must be that worker's. */
export type LeaseClaim = LeaseGrant & { readonly worker: string };

const prefix = "agl1_";
const fenceBytes = 6;
const sealBytes = 16;
const claimBytes = 2 * uuidBytes + fenceBytes;

export function formatLeaseToken(key: KeyObject, principal: string, lease: LeaseGrant): string {
  const token = Buffer.allocUnsafe(claimBytes + sealBytes);
  writeUuid(token, lease.taskId, 0);
  writeUuid(token, lease.leaseId, uuidBytes);
  token.writeUIntBE(lease.fence, 2 * uuidBytes, fenceBytes);
  token.set(seal(key, token.subarray(0, claimBytes), principal), claimBytes);
  return prefix + token.toString("base64url");
}

/** Undefined for whatever this server did not grant to this principal. */
export function parseLeaseToken(key: KeyObject, principal: string, token: string): LeaseClaim | undefined {
  if (!token.startsWith(prefix)) return undefined;
  const bytes = Buffer.from(token.slice(prefix.length), "base64url");
  if (bytes.length !== claimBytes + sealBytes) return undefined;
  // The decoder passes over what it does not know; a token is good only as it was granted.
  if (prefix + bytes.toString("base64url") !== token) return undefined;
  const claim = bytes.subarray(0, claimBytes);
  if (!timingSafeEqual(bytes.subarray(claimBytes), seal(key, claim, principal))) return undefined;
  return {
    worker: principal,
    taskId: readUuid(bytes, 0),
    leaseId: readUuid(bytes, uuidBytes),
    fence: bytes.readUIntBE(2 * uuidBytes, fenceBytes),
  };
}
