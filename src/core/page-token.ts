// Page tokens: where a page ended, bound to the question that was asked, so that a token is refused with another one.
import { digestOf } from "./chain.ts";
import { invalidArgument, type Refusal } from "./refusal.ts";

const digestBytes = 8;

export const pageSizeDefault = 50;

function shortDigest(question: Uint8Array): string {
  return Buffer.from(digestOf("page", question)).subarray(0, digestBytes).toString("base64url");
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
