// Errors as people read them: `{"error": …}` with the contract's ErrorDetail, under the status that HTTP has for its
// code.
import { toJson } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
import { ErrorDetailSchema } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type HttpResponse, respondJson } from "../net/http-routes.ts";

export function respondError(response: HttpResponse, error: ConnectError, status = statusOf(error)): void {
  const [detail] = error.findDetails(ErrorDetailSchema);
  for (const name of ["retry-after", "www-authenticate"]) {
    const value = error.metadata.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  const body = detail
    ? toJson(ErrorDetailSchema, detail, { alwaysEmitImplicit: true, useProtoFieldName: true })
    : { message: error.rawMessage };
  respondJson(response, status, { error: body });
}

/** HTTP has a word for a body that is too large, where gRPC has one for every limit. */
function statusOf(error: ConnectError): number {
  const [detail] = error.findDetails(ErrorDetailSchema);
  const isTooLarge = detail?.facts.case === "limit" && detail.facts.value.limit === "message_bytes_max";
  return isTooLarge ? contentTooLarge : codeToHttpStatus(error.code);
}

const contentTooLarge = 413;
