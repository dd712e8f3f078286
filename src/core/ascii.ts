// Short texts into bytes: up to a length, one character at a time is faster than a call into Node.

/** Tokens, digests as text and two ids with a comma between them are within it. */
export const shortText = 80;
const asciiMax = 0x7f;

/** False, with nothing but bytes behind `at` touched, if the text is long or has another character. */
export function writeShortAscii(buffer: Uint8Array, text: string, at: number): boolean {
  const { length } = text;
  if (length > shortText) return false;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > asciiMax) return false;
    buffer[at + index] = code;
  }
  return true;
}
