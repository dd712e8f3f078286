// How a session stands for one of its streams. A session is fenced as a lease is: whoever takes it up again raises its
// epoch, and the stream before is past.
import { StreamEndReason } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

/** Why a session is past for a stream. */
export type SessionEnd = typeof StreamEndReason.EXPIRED | typeof StreamEndReason.RESUMED_ELSEWHERE;

type Row = { readonly epoch: number; readonly expireTime: Date };

/** Under its lock or as it was read; undefined for one that is not there any more. */
export function sessionStatus<Session extends Row>(
  row: Session | undefined,
  epoch: number,
  now: Date,
): { readonly live: Session; readonly past?: undefined } | { readonly live?: undefined; readonly past: SessionEnd } {
  if (row && row.epoch !== epoch) return { past: StreamEndReason.RESUMED_ELSEWHERE };
  return row && row.expireTime > now ? { live: row } : { past: StreamEndReason.EXPIRED };
}
