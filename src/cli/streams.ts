// What commands that follow something need: a transport for streams, and their errors in a line.
import type { DescMethod } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { refusedLine, serverOf, unreachedLine } from "./call.ts";
import type { Context } from "./command.ts";

/** A server and the credential for it. */
export type Target = { readonly transport: Transport; readonly key: string };

/** The server, and a key for this method. */
export async function targetOf(context: Context, method: DescMethod): Promise<Target> {
  const { url, key } = await serverOf(context, method);
  return { transport: createGrpcTransport({ baseUrl: url }), key };
}

/** A failed call in one line. */
export function describe(error: unknown): string {
  const connectError = ConnectError.from(error);
  const [detail] = connectError.findDetails(ErrorDetailSchema);
  if (detail) return refusedLine(detail);
  const { rawMessage, cause } = connectError;
  return unreachedLine(rawMessage, cause);
}
