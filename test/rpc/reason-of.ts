/** Why a call was refused, as its one detail says. */
import { ConnectError } from "@connectrpc/connect";
import { ErrorDetailSchema, ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";

/** Undefined when it was not refused. */
export async function reasonOf(call: Promise<unknown>): Promise<ErrorReason | undefined> {
  try {
    await call;
    return undefined;
  } catch (thrown) {
    return ConnectError.from(thrown).findDetails(ErrorDetailSchema)[0]?.reason ?? ErrorReason.UNSPECIFIED;
  }
}
