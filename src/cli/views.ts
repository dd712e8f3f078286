// Reads answers, which commands have as JSON by the contract's descriptors.
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { parsePrincipal } from "../core/principal.ts";
import { callMethod } from "./call.ts";
import { type Context, UsageError } from "./command.ts";

/** A list that comes in pages. */
export type Pages = { readonly list: string; readonly tokenIn: string; readonly tokenOut: string };

export async function readAll(
  context: Context,
  method: DescMethod,
  request: JsonObject,
  { list, tokenIn, tokenOut }: Pages,
): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let token = ""; ; ) {
    const answer = object(await callMethod(context, method, { ...request, [tokenIn]: token }));
    all.push(...items(answer[list]).map(object));
    token = text(answer[tokenOut]);
    if (token === "") return all;
  }
}

export function principal(value: JsonValue | undefined): string {
  const { kind, id } = object(value);
  return `${text(kind).replace("PRINCIPAL_KIND_", "").toLowerCase()}:${text(id)}`;
}

/** The contract's JSON for `worker:painter`, as a person writes it. */
export function principalIn(written: string): JsonObject {
  const colon = written.indexOf(":");
  const kind = written.slice(0, colon).toLowerCase();
  const id = written.slice(colon + 1);
  if (colon < 1 || id === "" || parsePrincipal(`${kind}:`).kind === PrincipalKind.UNSPECIFIED) {
    throw new UsageError(`a principal is written kind:id, as in worker:painter or agent:lead; got ${written}`);
  }
  return { kind: `PRINCIPAL_KIND_${kind.toUpperCase()}`, id };
}

/** `task.result_ready` for RECEIPT_TYPE_TASK_RESULT_READY. */
export function receiptType(value: JsonValue | undefined): string {
  return text(value).replace("RECEIPT_TYPE_", "").toLowerCase().replace("_", ".");
}

export function object(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

export function items(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: JsonValue | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}
