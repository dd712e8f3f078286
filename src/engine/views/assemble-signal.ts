// A signal as the contract has it.
import { fromBinary } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Signal } from "../../../gen/typescript/asyncgate/v1/signal_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import type { ListKeptRow } from "../../store/signal.sql.gen.ts";

/** `omitsPayload`: it is too large for where it is shown. */
export function assembleSignal(row: ListKeptRow, omitsPayload = false): Signal {
  return {
    $typeName: "asyncgate.v1.Signal",
    signalId: row.signalId,
    channel: row.channel,
    from: parsePrincipal(row.fromPrincipal),
    payload: row.payload && !omitsPayload ? fromBinary(PayloadSchema, row.payload) : undefined,
    createTime: timestampOfDate(row.createTime),
    expireTime: row.expireTime && !row.broadcast ? timestampOfDate(row.expireTime) : undefined,
    broadcast: row.broadcast,
  };
}
