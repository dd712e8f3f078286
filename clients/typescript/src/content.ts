// Payloads and native values: plain values travel as JSON; bytes and references are made explicitly.
import { create, isMessage, type JsonValue } from "@bufbuild/protobuf";
import { type Payload, PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";

/** A JSON value, or a Payload made by `bytes` or `reference`. */
export type Content = JsonValue | Payload;

export function bytes(data: Uint8Array<ArrayBuffer>, mediaType = ""): Payload {
  return create(PayloadSchema, { content: { case: "data", value: data }, mediaType });
}

/** Content that is stored elsewhere. AsyncGate does not fetch it. */
export function reference(uri: string, mediaType = ""): Payload {
  return create(PayloadSchema, { content: { case: "uri", value: uri }, mediaType });
}

/** Takes any value, because handlers may return any. Throws a TypeError for a value that has no JSON. */
export function payloadOf(content: unknown): Payload {
  if (isMessage(content, PayloadSchema)) return content;
  // JSON.stringify returns undefined for a value that has no JSON, which its type does not say.
  const json = JSON.stringify(content) as string | undefined;
  if (json === undefined) throw new TypeError(`a ${typeof content} has no JSON: pass a JSON value or bytes`);
  return create(PayloadSchema, { content: { case: "json", value: json } });
}

/** JSON as a native value, bytes as bytes, a reference as its URI; undefined if there is no content. */
export function contentOf(payload: Payload | undefined): JsonValue | Uint8Array | undefined {
  const content = payload?.content;
  if (content?.case === undefined) return undefined;
  return content.case === "json" ? (JSON.parse(content.value) as JsonValue) : content.value;
}

/** As much of a text as fits into `bytesMax` bytes of UTF-8. */
export function clip(text: string, bytesMax: number): string {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= bytesMax) return text;
  const into = new Uint8Array(bytesMax);
  return text.slice(0, new TextEncoder().encodeInto(text, into).read);
}
