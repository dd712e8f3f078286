// Page tokens: where a page ended, bound to its request, so that another request or method refuses the token.
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { encode } from "../wire/encode.ts";
import { digestOf } from "./chain.ts";
import { invalidArgument, type Refusal } from "./refusal.ts";

const digestBytes = 8;

export const pageSizeDefault = 50;

function shortDigest(question: Uint8Array): string {
  return Buffer.from(digestOf("page", question)).subarray(0, digestBytes).toString("base64url");
}

/**
 * What a token is bound to: the request without its page, and the request's type, because empty requests of several
 * methods are the same bytes.
 */
export function pageQuestion<Desc extends DescMessage>(schema: Desc, request: MessageShape<Desc>): Uint8Array {
  return Buffer.concat([Buffer.from(`${schema.typeName}\0`, "utf8"), encode(schema, request)]);
}

export function formatPageToken(question: Uint8Array, position: string): string {
  return Buffer.from(`${shortDigest(question)}.${position}`, "utf8").toString("base64url");
}

/** The position where the page before ended; undefined for the first page. */
export function parsePageToken(
  question: Uint8Array,
  token: string,
  field: string,
  shape: RegExp,
): { readonly position: string | undefined } | Refusal {
  if (token === "") return { position: undefined };
  const [digest, position] = Buffer.from(token, "base64url").toString("utf8").split(".");
  if (digest === shortDigest(question) && position !== undefined && shape.test(position)) return { position };
  const description = "must be the token of the page before, with all other fields as they were";
  return invalidArgument([{ field, description, rule: "page.token" }]);
}

export const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const integerShape = /^\d{1,15}$/;

export const uuidLeast = "00000000-0000-0000-0000-000000000000";
export const uuidGreatest = "ffffffff-ffff-ffff-ffff-ffffffffffff";
