// Strings of the contract that hold one JSON document (the option `json`). Every client must be able to read them, and
// parsers stop at some depth: serde (Rust) at 128, the lowest among the languages we have clients for. A task shown as
// JSON puts its documents a few levels deeper.

/** How deep arrays and objects of one document may be nested. */
export const jsonDepthMax = 100;

export type JsonFault = "malformed" | "too_deep";

/** What is wrong with a text that should be one JSON document. */
export function jsonFaultOf(text: string): JsonFault | undefined {
  // Before the parse, so that half a million brackets do not become half a million objects.
  if (text.length > jsonDepthMax && isTooDeep(text)) return "too_deep";
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return "malformed";
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openers = new Set([0x5b, 0x7b]); // [ {
const closers = new Set([0x5d, 0x7d]); // ] }

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (openers.has(code)) depth += 1;
    else if (closers.has(code)) depth -= 1;
    if (depth > jsonDepthMax) return true;
  }
  return false;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}
