// ListOutputs: the logs of a task, those of the latest lease first.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ListOutputsRequest,
  ListOutputsRequestSchema,
  type ListOutputsResponseSchema,
  type Output,
  OutputHoleReason,
  OutputSchema,
} from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { notFound, orThrow, Refused } from "../../core/refusal.ts";
import { type ListOutputHeadsRow, listOutputHeads, readOutputTask } from "../../store/output.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";

/** A fence, and the name of a stream as base64url. */
const shape = /^\d{1,15}:[A-Za-z0-9_-]*$/;

export async function listOutputs(
  engine: Engine,
  caller: Caller,
  request: ListOutputsRequest,
): Promise<MessageInitShape<typeof ListOutputsResponseSchema>> {
  const question = pageQuestion(ListOutputsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", shape));
  const [fence, name = ""] = position?.split(":") ?? [];
  const before = {
    beforeFence: fence === undefined ? Number.MAX_SAFE_INTEGER : Number(fence),
    beforeStream: Buffer.from(name, "base64url").toString("utf8"),
  };
  const most = request.pageSize || pageSizeDefault;
  const { tenantId } = caller;
  const { taskId } = request;
  return await read(engine.database, {}, async (tx) => {
    const [task, rows] = await Promise.all([
      readOutputTask(tx, { tenantId, taskId }),
      listOutputHeads(tx, { tenantId, taskId, ...before, most: most + 1 }),
    ]);
    if (!task || !mayReadTask(caller, task)) throw new Refused(notFound("task", taskId));
    const page = rows.slice(0, most);
    const last = page.at(-1);
    return {
      outputs: page.map((row) => assembleOutput(row, task.leaseFence)),
      nextPageToken: last && rows.length > most ? formatPageToken(question, positionOf(last)) : "",
    };
  });
}

function positionOf({ fence, stream }: ListOutputHeadsRow): string {
  return `${fence}:${Buffer.from(stream, "utf8").toString("base64url")}`;
}

function assembleOutput(row: ListOutputHeadsRow, leaseFence: number | null): Output {
  const { stream, fence, nextOffset, holeFrom, holeTo } = row;
  const hole = { from: BigInt(holeFrom), to: BigInt(holeTo), reason: OutputHoleReason.LIMIT };
  return create(OutputSchema, {
    stream,
    fence: BigInt(fence),
    nextOffset: BigInt(nextOffset),
    keptBytes: BigInt(nextOffset - (holeTo - holeFrom)),
    ...(holeTo > holeFrom && { hole }),
    latest: row.isLatest,
    closed: row.isClosed || leaseFence !== fence,
    ...(row.sha256 && { sha256: row.sha256 }),
    verified: row.isVerified,
    createTime: timestampOfDate(row.createTime),
    updateTime: timestampOfDate(row.updateTime),
  });
}
