// `asyncgate obligations --watch`: the table again after each change.
import { fromJson, type JsonObject, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  ObligationService,
  OpenObligationSchema,
  WatchOpenObligationsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { showJson } from "../../facade/json-fields.ts";
import { CallFailed, type Context } from "../command.ts";
import { describe, targetOf } from "../streams.ts";
import { object } from "../views.ts";
import { obligationTable } from "./list.ts";

/** Ages are those of the moment at which an obligation was told of; a table says when it was made. */
export async function watchObligations(context: Context, request: JsonObject, isJson: boolean): Promise<number> {
  const { transport, key } = await targetOf(context, ObligationService.method.watchOpenObligations);
  const { interrupted, print, clear } = context.terminal;
  const headers = { authorization: `Bearer ${key}` };
  const open = new Map<string, JsonObject>();
  try {
    const changes = createClient(ObligationService, transport).watchOpenObligations(
      fromJson(WatchOpenObligationsRequestSchema, request),
      { headers, signal: interrupted },
    );
    let isWhole = false;
    for await (const { opened, closedReceiptIds, caughtUp } of changes) {
      for (const one of opened) {
        const json = object(
          showJson(OpenObligationSchema, toJson(OpenObligationSchema, one, { useProtoFieldName: true })),
        );
        open.set(one.receipt?.receiptId ?? "", json);
      }
      for (const id of closedReceiptIds) open.delete(id);
      isWhole ||= caughtUp;
      if (!isWhole) continue;
      if (isJson) {
        print(JSON.stringify({ open_obligations: [...open.values()] }));
        continue;
      }
      clear?.();
      print(`${new Date().toISOString()}  ${open.size} open`);
      for (const line of obligationTable([...open.values()])) print(line);
    }
    return 0;
  } catch (error) {
    if (interrupted.aborted) return 0;
    throw new CallFailed(describe(error), { cause: error });
  }
}
