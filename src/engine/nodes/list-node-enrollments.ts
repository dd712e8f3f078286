// ListNodeEnrollments: the pre-shared keys of a tenant, newest first.
import type { NodeEnrollment } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  type ListNodeEnrollmentsRequest,
  ListNodeEnrollmentsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import {
  formatPageToken,
  pageQuestion,
  pageSizeDefault,
  parsePageToken,
  uuidGreatest,
  uuidShape,
} from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { listNodeEnrollments as listRows } from "../../store/node_enrollment.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { assembleEnrollment } from "../views/assemble-node.ts";

export type EnrollmentPage = { readonly enrollments: NodeEnrollment[]; readonly nextPageToken: string };

export async function listNodeEnrollments(
  engine: Engine,
  { tenantId }: Caller,
  request: ListNodeEnrollmentsRequest,
): Promise<EnrollmentPage> {
  const question = pageQuestion(ListNodeEnrollmentsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const rows = await read(engine.database, {}, (tx) =>
    listRows(tx, { tenantId, beforeEnrollmentId: position ?? uuidGreatest, most: most + 1 }),
  );
  const page = rows.slice(0, most);
  const last = rows.length > most ? page.at(-1) : undefined;
  const nextPageToken = last ? formatPageToken(question, last.enrollmentId) : "";
  return { enrollments: page.map(assembleEnrollment), nextPageToken };
}
