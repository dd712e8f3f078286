// Content in and out: what programs hand over is JSON and becomes a native value again; bytes and references are said.
import { create, isMessage, type JsonValue } from "@bufbuild/protobuf";
import { type Payload, PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";

/** A JSON value, or a Payload made by `bytes` or `reference`. */
export type Content = JsonValue | Payload;

export function bytes(data: Uint8Array<ArrayBuffer>, mediaType = ""): Payload {
  return create(PayloadSchema, { content: { case: "data", value: data }, mediaType });
}

/** Content that lies elsewhere. AsyncGate does not fetch it. */
export function reference(uri: string, mediaType = ""): Payload {
  return create(PayloadSchema, { content: { case: "uri", value: uri }, mediaType });
}

/** Takes any value, because handlers return any: what is no JSON is a TypeError here. */
export function payloadOf(content: unknown): Payload {
  if (isMessage(content, PayloadSchema)) return content;
  // A string is what JSON.stringify gives unless the value has no JSON at all.
  const json = JSON.stringify(content) as string | undefined;
  if (json === undefined) throw new TypeError(`a ${typeof content} has no JSON: hand over a JSON value or bytes`);
  return create(PayloadSchema, { content: { case: "json", value: json } });
}

/** JSON as a native value, bytes as bytes, a reference as its URI; undefined where there is nothing. */
export function contentOf(payload: Payload | undefined): JsonValue | Uint8Array | undefined {
  const content = payload?.content;
  if (content?.case === undefined) return undefined;
  return content.case === "json" ? (JSON.parse(content.value) as JsonValue) : content.value;
}

/** As much of a text as fits into so many bytes. */
export function clip(text: string, bytesMax: number): string {
  // No character takes more than three bytes a unit.
  if (text.length * 3 <= bytesMax) return text;
  const into = new Uint8Array(bytesMax);
  return text.slice(0, new TextEncoder().encodeInto(text, into).read);
}
