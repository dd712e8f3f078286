// Errors as people read them: `{"error": …}` with the contract's ErrorDetail, under the status that HTTP has for its
// code.
import { toJson } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
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
  if (isTooLarge) return contentTooLarge;
  // Every route has a handler: what is not supported is this request, and 5xx would be taken for a fault of the server.
  return error.code === Code.Unimplemented ? badRequest : codeToHttpStatus(error.code);
}

const badRequest = 400;
const contentTooLarge = 413;
