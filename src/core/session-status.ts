// Whether a session still belongs to one of its streams. Sessions are fenced as leases are: taking a session up again
// raises its epoch, and the stream before, which knows the old one, has lost it.
import { StreamEndReason } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

/** Why a stream has lost its session. */
export type SessionEnd = typeof StreamEndReason.EXPIRED | typeof StreamEndReason.RESUMED_ELSEWHERE;

type Row = { readonly epoch: number; readonly expireTime: Date };

/** `row` is the session as it was locked or read; undefined when it no longer exists. */
export function sessionStatus<Session extends Row>(
  row: Session | undefined,
  epoch: number,
  now: Date,
): { readonly live: Session; readonly ended?: undefined } | { readonly live?: undefined; readonly ended: SessionEnd } {
  if (row && row.epoch !== epoch) return { ended: StreamEndReason.RESUMED_ELSEWHERE };
  return row && row.expireTime > now ? { live: row } : { ended: StreamEndReason.EXPIRED };
}
