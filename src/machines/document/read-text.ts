// A document as text, YAML or JSON, to its value and the place of each part, so that a fault can name its line.
import type { JsonValue } from "@bufbuild/protobuf";
import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Fault, type Path, pathOf, type RawFault } from "./faults.ts";

/** More than any machine that a person can read. */
export const documentBytesMax = 1_048_576;
/**
 * Characters that may begin a part of a document: a bound on its parts, each of which takes some 25 µs to parse. The
 * machine with the most states has a quarter of it.
 */
const signsMax = 20_000;
const signs = /[,:[{}\]\n\r?|>%@-]/g;
/** References, tags, and texts right after quoted ones: tens of thousands in a wrong place take the parser a minute. */
const marksMax = 2_000;
const marks = /(?:^|[\s,:[{-])[!*&]|['"][ \t]+[^\s#,:}\]]/gm;
/** More would help no reader. */
const faultsMax = 100;
/** References of YAML that may be resolved: more would be a bomb. */
const aliasesMax = 100;

export type DocumentText = {
  readonly value: JsonValue;
  /** The fault, with its line. */
  readonly located: (fault: RawFault) => Fault;
};

/** The value, or the faults of the text itself. */
export function readText(text: string): DocumentText | { readonly faults: readonly Fault[] } {
  if (Buffer.byteLength(text) > documentBytesMax) {
    return { faults: [{ path: "", message: `a document has at most ${documentBytesMax} bytes` }] };
  }
  const many = isMore(text, signs, signsMax)
    ? `${signsMax} lines, fields and items together`
    : isMore(text, marks, marksMax) && `${marksMax} references, tags and quoted texts in a row`;
  if (many) return { faults: [{ path: "", message: `a document has at most ${many}` }] };
  const lines = new LineCounter();
  // The parser compares each key with all before it: thousands of them would take seconds.
  const document = parseDocument(text, { lineCounter: lines, schema: "core", version: "1.2", uniqueKeys: false });
  const wrong = [...document.errors, ...document.warnings].slice(0, faultsMax);
  if (wrong.length > 0) {
    return {
      faults: wrong.map(({ message, linePos }) => {
        const [first = ""] = message.split("\n");
        return { path: "", message: first.replace(/ at line \d+, column \d+:?$/, ""), ...placeOf(linePos?.[0]) };
      }),
    };
  }
  const twice = keysGivenTwice(document.contents);
  if (twice.length > 0) {
    const faults = twice.slice(0, faultsMax).map(({ key, offset }) => {
      const { line, col } = lines.linePos(offset);
      return { path: "", message: `the key ${key} is given twice`, ...placeOf({ line, col }) };
    });
    return { faults };
  }
  try {
    const value = document.toJS({ maxAliasCount: aliasesMax }) as JsonValue;
    const located = ({ path, message }: RawFault): Fault => {
      const offset = offsetOf(document.contents, path);
      const place = offset === undefined ? undefined : lines.linePos(offset);
      return { path: pathOf(path), message, ...placeOf(place && { line: place.line, col: place.col }) };
    };
    return { value, located };
  } catch (error) {
    return { faults: [{ path: "", message: error instanceof Error ? error.message : String(error) }] };
  }
}

function placeOf(place: { readonly line: number; readonly col: number } | undefined) {
  return place ? { line: place.line, column: place.col } : {};
}

/** Of the deepest part of the path that the text has: a field that is missing is told at what should have it. */
function offsetOf(root: Node | null, path: Path): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (!pair || !isPair(pair)) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof segment === "number") {
      node = node.items[segment];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

function isMore(text: string, pattern: RegExp, most: number): boolean {
  let found = 0;
  for (const _ of text.matchAll(pattern)) {
    found += 1;
    if (found > most) return true;
  }
  return false;
}

function keysGivenTwice(root: Node | null): { readonly key: string; readonly offset: number }[] {
  const found: { readonly key: string; readonly offset: number }[] = [];
  const left: unknown[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (isSeq(node)) left.push(...node.items);
    if (!isMap(node)) continue;
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      if (value) left.push(value);
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (keys.has(name)) found.push({ key: name, offset: key.range?.[0] ?? 0 });
      keys.add(name);
    }
  }
  return found.toSorted((one, other) => one.offset - other.offset);
}
