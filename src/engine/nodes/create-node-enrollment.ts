// CreateNodeEnrollment: a pre-shared key. It is an API key whose one scope is to register nodes, so it is checked,
// limited, revoked and kept secret as all of them are.
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { NodeConfigSchema, type NodeEnrollment } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  type CreateNodeEnrollmentRequest,
  CreateNodeEnrollmentRequestSchema,
  NodeService,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { keyRandomBytes, makeApiKey, secretDigest } from "../../core/api-key.ts";
import { addMs, msOfDuration } from "../../core/duration.ts";
import { checkNodeConfig, enrollmentPrincipal } from "../../core/nodes.ts";
import { idempotencyConflict, limitExceeded, Refused, throwIfRefused } from "../../core/refusal.ts";
import { insertApiKey } from "../../store/api_key.sql.gen.ts";
import {
  countNodeEnrollments,
  deleteEndedNodeEnrollments,
  insertNodeEnrollment,
} from "../../store/node_enrollment.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleEnrollment } from "../views/assemble-node.ts";

export type NewEnrollment = { readonly enrollment: NodeEnrollment; readonly key: string };

const dayMs = 86_400_000;
/** For those who look at which key a node was registered with. */
const endedKeptMs = 30 * dayMs;

export async function createNodeEnrollment(
  engine: Engine,
  operator: Caller & Administrator,
  request: CreateNodeEnrollmentRequest,
): Promise<NewEnrollment> {
  const { requestId, label, nodeIdPrefix, mayReplace } = request;
  const { tenantId, principalText: createdBy } = operator;
  const config = request.config ?? { $typeName: "asyncgate.v1.NodeConfig" };
  throwIfRefused(checkNodeConfig(config));
  const digest = () => requestDigest(CreateNodeEnrollmentRequestSchema, request);
  const act: Act = { method: NodeService.method.createNodeEnrollment, requestId, digest };
  return await administer<NewEnrollment>(engine, operator, act, async (tx, said) => {
    // The key cannot be shown again, and another one must not be made behind the caller's back.
    if (said) throw new Refused(idempotencyConflict(requestId));
    await refuseTooMany(tx, operator);
    const made = makeApiKey(engine.server.environment, engine.secureBytes(keyRandomBytes));
    const { keyId } = made;
    const enrollmentId = engine.ids(tx.now);
    const createTime = tx.now;
    const expireTime = addMs(createTime, request.ttl ? msOfDuration(request.ttl) : dayMs);
    const row = {
      enrollmentId,
      keyId,
      label,
      nodeIdPrefix,
      mayReplace,
      nodesMax: request.nodesMax || 1,
      config: encode(NodeConfigSchema, config),
      createdBy,
      createTime,
      expireTime,
    };
    await Promise.all([
      insertApiKey(tx, {
        keyId,
        tenantId,
        secretSha256: secretDigest(made.secret),
        principal: enrollmentPrincipal(enrollmentId),
        roles: [Role.NODE_ENROLLMENT],
        label: `registers nodes: ${label}`,
        createTime,
        expireTime,
      }),
      insertNodeEnrollment(tx, { tenantId, ...row }),
    ]);
    const enrollment = assembleEnrollment({
      ...row,
      nodes: 0,
      minuteTime: createTime,
      minuteCount: 0,
      revokeTime: null,
    });
    return { answer: { enrollment, key: made.key }, deed: { tenantId, subject: enrollmentId, note: label } };
  });
}

async function refuseTooMany(tx: Transaction, { tenantId, limits }: Caller): Promise<void> {
  await deleteEndedNodeEnrollments(tx, { tenantId, before: addMs(tx.now, -endedKeptMs) });
  const bound = limits.node_enrollments_max;
  const { enrollments } = await countNodeEnrollments(tx, { tenantId, most: bound });
  if (enrollments < bound) return;
  throw new Refused(limitExceeded({ limit: "node_enrollments_max", bound, value: enrollments + 1 }));
}
