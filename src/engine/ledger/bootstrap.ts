// Bootstrap: what is open in the buckets of the old form, sorted from the same answer that ListOpenObligations gives.
import { create } from "@bufbuild/protobuf";
import {
  ListOpenObligationsRequestSchema,
  type OpenObligation,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptSchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type BootstrapResponse,
  BootstrapResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { uuidGreatest } from "../../core/page-token.ts";
import { isHeld, isWaitingState } from "../../core/transitions.ts";
import { listReceiptsTo } from "../../store/receipt.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { listOpenObligations } from "./list-open-obligations.ts";

const openMax = 200;
const anomaliesMax = 20;

export async function bootstrap(engine: Engine, caller: Caller): Promise<BootstrapResponse> {
  const request = create(ListOpenObligationsRequestSchema, { pageSize: openMax });
  // One half of the answer for the obligations, the other for the anomalies.
  const pageBytesMax = Math.floor(engine.pageBytesMax / 2);
  const open = await listOpenObligations({ ...engine, pageBytesMax }, caller, request);
  const { tenantId, principalText: principal } = caller;
  const anomalies = await read(engine.database, {}, (tx) =>
    listReceiptsTo(tx, {
      tenantId,
      principal,
      beforeReceiptId: uuidGreatest,
      anyType: false,
      types: [ReceiptType.SYSTEM_ANOMALY],
      most: anomaliesMax,
      bytesMax: pageBytesMax,
    }),
  );
  const having = (state: (given: TaskState) => boolean): OpenObligation[] =>
    open.openObligations.filter((obligation) => state(obligation.taskState));
  return create(BootstrapResponseSchema, {
    ...(open.server && { server: open.server }),
    ...(open.relationship && { relationship: open.relationship }),
    attention: {
      needsAction: having((state) => state === TaskState.SUCCEEDED),
      waiting: having(isWaitingState),
      inProgress: having(isHeld),
      anomalies: takeFitting(ReceiptSchema, anomalies.map(assembleReceipt), pageBytesMax),
    },
  });
}
