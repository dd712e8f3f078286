// Why a call was refused, as its one detail says.
import { ConnectError } from "@connectrpc/connect";
import { type ErrorDetail, ErrorDetailSchema, ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";

/** Undefined when it was not refused. */
export async function reasonOf(call: Promise<unknown>): Promise<ErrorReason | undefined> {
  try {
    await call;
    return undefined;
  } catch (thrown) {
    return ConnectError.from(thrown).findDetails(ErrorDetailSchema)[0]?.reason ?? ErrorReason.UNSPECIFIED;
  }
}

/** The whole detail; undefined when it was not refused, or without one. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorDetail | undefined> {
  try {
    await call;
    return undefined;
  } catch (thrown) {
    return ConnectError.from(thrown).findDetails(ErrorDetailSchema)[0];
  }
}
