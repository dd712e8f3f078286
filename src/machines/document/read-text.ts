// A document as text, YAML or JSON, to its value and the place of each part, so that a fault can name its line.
import type { JsonValue } from "@bufbuild/protobuf";
import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Fault, type Path, pathOf, type RawFault } from "./faults.ts";

/** More than any machine that a person can read, and few milliseconds to parse. */
export const documentBytesMax = 1_048_576;
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: "core", version: "1.2", uniqueKeys: true });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    return {
      faults: wrong.map(({ message, linePos }) => {
        const [first = ""] = message.split("\n");
        return { path: "", message: first.replace(/ at line \d+, column \d+:?$/, ""), ...placeOf(linePos?.[0]) };
      }),
    };
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
