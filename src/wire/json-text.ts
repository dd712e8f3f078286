// JSON as text: what JSON.parse takes and other parsers do not, and what it drops.
import { shortened } from "./field-path.ts";

/**
 * How deep a document in a string of the contract (the option `json`) may be nested. Every client must be able to read
 * it, and parsers stop at some depth: serde (Rust) at 128, the lowest among the languages we have clients for. A task
 * shown as JSON puts its documents a few levels deeper.
 */
export const jsonDepthMax = 100;

export type JsonFault = "malformed" | "too_deep";

/** What is wrong with a text that should be one JSON document. */
export function jsonFaultOf(text: string): JsonFault | undefined {
  // Before the parse, so that half a million brackets do not become half a million objects.
  if (isDeeperThan(jsonDepthMax, text)) return "too_deep";
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return "malformed";
  }
}

const [quote, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5b, 0x5d, 0x7b, 0x7d];

/** Whether text that may be JSON is nested more than so deep. */
export function isDeeperThan(max: number, text: string): boolean {
  if (text.length <= max || !hasMoreOpenersThan(max, text)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === openBracket || code === openBrace) depth += 1;
    else if (code === closeBracket || code === closeBrace) depth -= 1;
    if (depth > max) return true;
  }
  return false;
}

/** With fewer brackets that open, in strings or not, no text is that deep. indexOf is faster than a walk by far. */
function hasMoreOpenersThan(max: number, text: string): boolean {
  let count = 0;
  for (const opener of ["{", "["]) {
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      count += 1;
      if (count > max) return true;
    }
  }
  return false;
}

// --- keys given twice ----------------------------------------------------------------------------------------------

/**
 * The first key that an object has twice, in text that JSON.parse takes: it keeps the last value and drops the others.
 * Protobuf's JSON mapping refuses such keys.
 */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // the keys of each open object; undefined for an array
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (isKey && keys !== undefined) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (keys.has(key)) return shortened(key, keyCharactersMax);
        keys.add(key);
      }
      isKey = false;
      at = end;
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : undefined);
      isKey = character === "{";
    } else if (character === "}" || character === "]") {
      open.pop();
      isKey = false;
    } else if (character === ",") {
      isKey = open.at(-1) !== undefined;
    }
  }
  return undefined;
}

const keyCharactersMax = 60;

/** Where the string that begins at `start` has its closing quote; the end of the text if it has none. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}
