// RevokeNodeEnrollment: ends a pre-shared key. Every server refuses it within 5 s.
import type { NodeEnrollment } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  NodeService,
  type RevokeNodeEnrollmentRequest,
  RevokeNodeEnrollmentRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { revokeApiKey } from "../../store/api_key.sql.gen.ts";
import { lockNodeEnrollment, revokeNodeEnrollment as revokeRow } from "../../store/node_enrollment.sql.gen.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleEnrollment } from "../views/assemble-node.ts";

export async function revokeNodeEnrollment(
  engine: Engine,
  operator: Caller & Administrator,
  request: RevokeNodeEnrollmentRequest,
): Promise<NodeEnrollment> {
  const { enrollmentId, requestId, reason: note } = request;
  const { tenantId } = operator;
  const digest = () => requestDigest(RevokeNodeEnrollmentRequestSchema, request);
  const act: Act = { method: NodeService.method.revokeNodeEnrollment, requestId, digest };
  return await administer<NodeEnrollment>(engine, operator, act, async (tx) => {
    const row = await lockNodeEnrollment(tx, { tenantId, enrollmentId });
    if (!row) throw new Refused(notFound("node_enrollment", enrollmentId));
    if (!row.revokeTime) {
      await Promise.all([
        revokeRow(tx, { tenantId, enrollmentId, now: tx.now }),
        revokeApiKey(tx, { keyId: row.keyId, now: tx.now }),
      ]);
    }
    const answer = assembleEnrollment({ ...row, revokeTime: row.revokeTime ?? tx.now });
    return { answer, deed: { tenantId, subject: enrollmentId, note } };
  });
}
