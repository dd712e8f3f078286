// Reads our TypeScript: its imports, its code without comments and strings, its strings, its opening comment. It is a
// small lexer for our style, not a parser.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export type Import = {
  /** As written. Undefined for a dynamic import with a computed specifier. */
  readonly specifier: string | undefined;
  readonly line: number;
};

/** A string or a comment, with the line on which it begins. */
export type Passage = { readonly text: string; readonly line: number };

export type Source = {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** The code with comments and the contents of strings replaced by blanks; lines stay where they are. */
  readonly code: string;
  readonly strings: readonly Passage[];
  readonly comments: readonly Passage[];
  readonly imports: readonly Import[];
};

export function isGenerated(path: string): boolean {
  return path.endsWith(".gen.ts") || path.startsWith("gen/");
}

export function readSources(root: string, pattern = "{src,clients/typescript/src}/**/*.ts"): Source[] {
  const paths = globSync(pattern, { cwd: root }).sort();
  return paths.map((path) => readSource(path, readFileSync(join(root, path), "utf8")));
}

export function readSource(path: string, text: string): Source {
  const pieces = lex(text);
  const strings = pieces.filter((piece) => piece.kind === "string").map(({ text, from }) => ({ text, from }));
  const blanked = [...text];
  // In UTF-16 units, like the positions of the lexer.
  const units = blanked.length === text.length ? blanked : text.split("");
  for (const { kind, from, to } of pieces) {
    const [start, end] = kind === "string" ? [from + 1, to - 1] : [from, to];
    for (let at = start; at < end; at += 1) if (units[at] !== "\n") units[at] = " ";
  }
  const code = units.join("");
  return {
    path,
    text,
    code,
    strings: strings.map((piece) => ({ text: piece.text, line: lineOf(text, piece.from) })),
    comments: pieces
      .filter(({ kind }) => kind === "comment")
      .map((piece) => ({ text: piece.text, line: lineOf(text, piece.from) })),
    imports: importsOf(text, code, new Map(strings.map((piece) => [piece.from, piece.text]))),
  };
}

/** The path of an imported file, from the root; undefined for a package. */
export function targetOf(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : undefined;
}

/** `@scope/name`, `node:fs/promises`, `pg`: the specifier without the path inside the package. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The comment at the beginning of a file as one line; empty if there is none. */
export function openingComment(text: string): string {
  const body = text.replace(/^#!.*\n/, "");
  const block = /^\/\*\*?([\s\S]*?)\*\//.exec(body)?.[1];
  const lines = block ?? /^(?:\/\/.*\n)+/.exec(body)?.[0] ?? "";
  return lines
    .split("\n")
    .map((line) => line.replace(/^\s*(\/\/|\*)?\s?/, "").trim())
    .join(" ")
    .trim();
}

export function firstSentence(text: string): string {
  const plain = text.replaceAll(/\s+/g, " ").trim();
  return /^.*?[.?!](?=\s|$)/.exec(plain)?.[0] ?? plain;
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

// --- the lexer -----------------------------------------------------------------------------------------------------

type Piece = {
  readonly kind: "string" | "comment" | "regex";
  readonly from: number;
  readonly to: number;
  readonly text: string;
};

/** After one of these, a slash begins a regular expression; otherwise it divides. */
const beforeRegex = /(^|[(,=:[!&|?{};+\-*%<>~]|\b(return|typeof|case|in|of|yield|await|throw))\s*$/;

const openers: readonly { readonly opens: string; readonly kind: Piece["kind"]; readonly whole: RegExp }[] = [
  { opens: "//", kind: "comment", whole: /\/\/.*/y },
  { opens: "/*", kind: "comment", whole: /\/\*[\s\S]*?\*\//y },
  { opens: '"', kind: "string", whole: /"(?:[^"\\\n]|\\.)*"/y },
  { opens: "'", kind: "string", whole: /'(?:[^'\\\n]|\\.)*'/y },
];
const regexLiteral = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

function lex(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const piece = pieceAt(text, at);
    if (piece !== undefined) pieces.push(piece);
    at = piece?.to ?? at + 1;
  }
  return pieces;
}

function pieceAt(text: string, at: number): Piece | undefined {
  for (const { opens, kind, whole } of openers) {
    if (!text.startsWith(opens, at)) continue;
    const found = matchAt(whole, text, at);
    if (found === undefined) continue;
    return { kind, from: at, to: at + found.length, text: kind === "string" ? found.slice(1, -1) : found };
  }
  if (text[at] === "`") {
    const to = endOfTemplate(text, at);
    return { kind: "string", from: at, to, text: text.slice(at + 1, to - 1) };
  }
  if (text[at] === "/" && beforeRegex.test(text.slice(Math.max(0, at - 40), at))) {
    const found = matchAt(regexLiteral, text, at);
    if (found !== undefined) return { kind: "regex", from: at, to: at + found.length, text: found };
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A template counts as one string, its expressions included. */
function endOfTemplate(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== "`") {
    if (text[at] === "\\") at += 2;
    else if (text.startsWith("${", at)) at = endOfExpression(text, at + 2);
    else at += 1;
  }
  return Math.min(at + 1, text.length);
}

function endOfExpression(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length) {
    const inner = pieceAt(text, at);
    if (inner !== undefined) {
      at = inner.to;
      continue;
    }
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return at;
}

const staticImport = /^(?:import|export)\b[^;"'`]*?(?:\bfrom\s*)?["']/gm;
const dynamicImport = /\bimport\s*\(\s*/g;

function importsOf(text: string, code: string, strings: ReadonlyMap<number, string>): Import[] {
  const found: Import[] = [];
  for (const match of code.matchAll(staticImport)) {
    if (/^export\b/.test(match[0]) && !/\bfrom\s*["']$/.test(match[0])) continue;
    const quote = match.index + match[0].length - 1;
    found.push({ specifier: strings.get(quote), line: lineOf(text, match.index) });
  }
  for (const match of code.matchAll(dynamicImport)) {
    found.push({ specifier: strings.get(match.index + match[0].length), line: lineOf(text, match.index) });
  }
  return found;
}
