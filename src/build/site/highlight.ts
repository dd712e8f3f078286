// Colors the comments and the strings of code: what helps most to read a short example, without a library that knows
// every language.

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

const quoted = String.raw`"(?:\\.|[^"\\\n])*"`;
/** A quote in a shell goes on over lines, and nothing is escaped in it. */
const quotedInShell = "'[^']*'";
const quotedInCode = String.raw`'(?:\\.|[^'\\\n])*'`;
const hash = String.raw`(?<![^\s])#[^\n]*`;
const slashes = String.raw`(?<!:)\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const dashes = String.raw`--[^\n]*`;

const grammars: Readonly<Record<string, readonly [strings: string, comments: string]>> = {
  sh: [`${quotedInShell}|${quoted}`, hash],
  python: [`${quotedInCode}|${quoted}`, hash],
  yaml: [`${quotedInCode}|${quoted}`, hash],
  toml: [`${quotedInCode}|${quoted}`, hash],
  sql: [quotedInShell, dashes],
  ts: [`${quotedInCode}|${quoted}|\`[^\`]*\``, slashes],
  mjs: [`${quotedInCode}|${quoted}|\`[^\`]*\``, slashes],
  go: [`${quoted}|\`[^\`]*\``, slashes],
  java: [quoted, slashes],
  rust: [quoted, slashes],
  proto: [quoted, slashes],
  json: [quoted, "(?!)"],
};

/** Other names for these languages, which the ends of files are. */
const aliases: Readonly<Record<string, string>> = { py: "python", rs: "rust", yml: "yaml", mts: "ts" };

export function highlight(language: string, code: string): string {
  const grammar = grammars[aliases[language] ?? language];
  if (!grammar) return escapeHtml(code);
  const [strings, comments] = grammar;
  const pieces: string[] = [];
  let done = 0;
  for (const found of code.matchAll(new RegExp(`(?<string>${strings})|(?<comment>${comments})`, "g"))) {
    const kind = found.groups?.["comment"] === undefined ? "string" : "comment";
    pieces.push(escapeHtml(code.slice(done, found.index)), `<span class="${kind}">${escapeHtml(found[0])}</span>`);
    done = found.index + found[0].length;
  }
  return pieces.join("") + escapeHtml(code.slice(done));
}
