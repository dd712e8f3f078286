// A question of a locked task, by its id or by that of its escalation: from its row, while that is kept, and from the
// ledger.
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  InputOutcome,
  type InputResult,
  InputResultSchema,
  OnExpiry,
} from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { type InputRequested, ReceiptBodySchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import type { QuestionRecord } from "../../core/questions.ts";
import { hasQuestion, type TaskRecord } from "../../core/task-record.ts";
import { readQuestions } from "../../store/question.sql.gen.ts";
import { type ReadChainsWholeRow, readChainsWhole } from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { questionOf } from "./question-rows.ts";

/** Undefined if the task has not asked it. It has no result if it is open, or ended with its task. */
export async function findQuestion(
  tx: Transaction,
  tenantId: string,
  living: TaskRecord,
  inputId: string,
): Promise<QuestionRecord | undefined> {
  const { taskId } = living;
  if (hasQuestion(living)) {
    const last = (await readQuestions(tx, { tenantId, taskIds: [taskId] })).map(questionOf)[0];
    if (last && (last.inputId === inputId || last.escalatedReceiptId === inputId)) return last;
  }
  const chain = (await readChainsWhole(tx, { tenantId, chainIds: [taskId] })).map(decoded);
  const named = chain.find(({ receiptId }) => receiptId === inputId);
  if (named?.body.case !== "inputRequested") return undefined;
  const firstId = named.body.value.inputId || inputId;
  const first = chain.find(({ receiptId }) => receiptId === firstId);
  return first?.body.case === "inputRequested" ? onRecord(first, first.body.value, chain) : undefined;
}

type Decoded = Omit<ReadChainsWholeRow, "body"> & { readonly body: ReturnType<typeof bodyOf> };

function decoded(row: ReadChainsWholeRow): Decoded {
  return { ...row, body: bodyOf(row.body) };
}

function bodyOf(bytes: Uint8Array) {
  return fromBinary(ReceiptBodySchema, bytes).body;
}

function onRecord(first: Decoded, asked: InputRequested, chain: readonly Decoded[]): QuestionRecord {
  const inputId = first.receiptId;
  const escalated = chain.find(({ body }) => body.case === "inputRequested" && body.value.inputId === inputId);
  const closer = chain.find((one) => resultOf(one)?.inputId === inputId);
  return {
    taskId: first.chainId,
    inputId,
    asker: first.fromPrincipal,
    addressee: first.toPrincipal,
    asked,
    requestTime: first.createTime,
    escalatedTo: escalated?.toPrincipal ?? null,
    escalatedReceiptId: escalated?.receiptId ?? null,
    result: closer && resultOf(closer),
  };
}

/** What a receipt that settles a question says of it. */
function resultOf({ body, fromPrincipal, createTime, receiptId }: Decoded): InputResult | undefined {
  const by = parsePrincipal(fromPrincipal);
  const common = { by, time: timestampOfDate(createTime), receiptId };
  switch (body.case) {
    case "inputProvided": {
      const { inputId, answer, actionDigest } = body.value;
      const outcome = InputOutcome.ANSWERED;
      return create(InputResultSchema, { ...common, inputId, outcome, answer, actionDigest });
    }
    case "inputDeclined": {
      const { inputId, reason, actionDigest } = body.value;
      const outcome = InputOutcome.DECLINED;
      return create(InputResultSchema, { ...common, inputId, outcome, reason, actionDigest });
    }
    case "inputExpired": {
      const { inputId, onExpiry, answer, actionDigest } = body.value;
      const outcome = onExpiry === OnExpiry.DEFAULT ? InputOutcome.DEFAULTED : InputOutcome.EXPIRED;
      return create(InputResultSchema, { ...common, inputId, outcome, answer, actionDigest });
    }
    default:
      return undefined;
  }
}
