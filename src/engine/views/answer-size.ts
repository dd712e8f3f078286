// What fits into one answer. An answer leaves as protobuf or as JSON, and JSON may take six bytes for one of protobuf:
// both are measured, but only where a rough bound leaves it open whether everything fits.
import { type DescMessage, type MessageShape, toJsonString } from "@bufbuild/protobuf";
import { encode } from "../../wire/encode.ts";

/** In JSON, a control character in a text becomes `\u0001`. */
const jsonBytesPerByte = 6;
/** The names of a message's own fields, and what surrounds it in a list. */
const aroundMessageBytes = 2_048;
const inListBytes = 8;

/** The first of these messages that together have at most so many bytes in either form, but at least `least`. */
export function takeFitting<Desc extends DescMessage>(
  schema: Desc,
  messages: readonly MessageShape<Desc>[],
  bytesMax: number,
  least: 0 | 1 = 1,
): MessageShape<Desc>[] {
  const binarySizes = messages.map((message) => encode(schema, message).length);
  const mostBytes = binarySizes.reduce((sum, bytes) => sum + mostJsonBytes(bytes), 0);
  if (mostBytes <= bytesMax) return [...messages];
  let bytes = 0;
  const end = messages.findIndex((message, place) => {
    bytes += Math.max(binarySizes[place] ?? 0, jsonSize(schema, message)) + inListBytes;
    return place >= least && bytes > bytesMax;
  });
  return messages.slice(0, end === -1 ? messages.length : end);
}

/** The bytes of a message in the larger of its two forms. */
export function answerSize<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): number {
  return Math.max(encode(schema, message).length, jsonSize(schema, message));
}

/** Whether a message has at most so many bytes in both forms. */
export function isFitting<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  bytesMax: number,
): boolean {
  const binaryBytes = encode(schema, message).length;
  return mostJsonBytes(binaryBytes) <= bytesMax || Math.max(binaryBytes, jsonSize(schema, message)) <= bytesMax;
}

function mostJsonBytes(binaryBytes: number): number {
  return binaryBytes * jsonBytesPerByte + aroundMessageBytes;
}

function jsonSize<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): number {
  return Buffer.byteLength(toJsonString(schema, message));
}
