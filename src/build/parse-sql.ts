// Reads a file of statements (generate-sql.ts describes the format) and replaces `@named` parameters by Postgres's
// `$n`. Lines stay where they are, so a position in an error of Postgres points to the right line of the file.

export type Answer = "one" | "maybe" | "many" | "exec";

export type Parameter = {
  /** As written: snake_case. */
  readonly name: string;
  readonly nullable: boolean;
  readonly elementsNullable: boolean;
};

export type ParsedStatement = {
  readonly name: string;
  readonly answer: Answer;
  readonly why: readonly string[];
  /** With $1, $2, … and without the comments above it. */
  readonly sql: string;
  /** 1-based line in the file at which `sql` begins. */
  readonly line: number;
  readonly parameters: readonly Parameter[];
  /** The tables on the nullable side of an outer join, whose not-null columns may be null. */
  readonly nullableSide: NullableSide;
};

/** Names as written, some of which may not be tables; "unknown" if the text does not show them. */
export type NullableSide = readonly string[] | "unknown";

export class SqlFileError extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
  }
}

const header = /^-- name: ([A-Z][A-Za-z0-9]*) :(one|maybe|many|exec)$/;

export function parseSqlFile(file: string, source: string): ParsedStatement[] {
  const lines = source.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("-- name:") ? [index] : []));
  const before = lines.slice(0, starts[0] ?? lines.length).findIndex((line) => line !== "" && !line.startsWith("--"));
  if (before !== -1) throw new SqlFileError(file, before + 1, "SQL above the first `-- name:`");
  return starts.map((start, index) => parseStatement(file, lines.slice(start, starts[index + 1]), start + 1));
}

function parseStatement(file: string, lines: readonly string[], line: number): ParsedStatement {
  const [, name, answer] = header.exec(lines[0] ?? "") ?? [];
  if (name === undefined) {
    throw new SqlFileError(file, line, `write \`-- name: LockTask :maybe\` (:one, :maybe, :many or :exec)`);
  }
  const firstOfSql = lines.findIndex((text) => text.trim() !== "" && !text.startsWith("--"));
  if (firstOfSql === -1) throw new SqlFileError(file, line, `${name} has no SQL`);
  const why = lines
    .slice(1, firstOfSql)
    .map((text) => text.replace(/^--\s?/, "").trim())
    .filter((text) => text !== "");
  if (why.length === 0) throw new SqlFileError(file, line, `${name} needs a comment line that says what it is for`);
  const body = lines.slice(firstOfSql).join("\n").trimEnd().replace(/;$/, "");
  const tokens = tokenize(body);
  if (tokens.some(({ kind, text }) => kind === "code" && text.includes(";"))) {
    throw new SqlFileError(file, line, `${name} has two statements; give each its own name`);
  }
  const code = tokens.map(({ kind, text }) => (kind === "code" ? text : " ")).join("");
  return {
    name,
    answer: answer as Answer,
    why,
    ...numberParameters(tokens),
    line: line + firstOfSql,
    nullableSide: nullableSideOf(code.toLowerCase()),
  };
}

type Token = { readonly kind: "code" | "opaque" | "parameter"; readonly text: string };

/**
 * Tokens in which an @ is not a parameter: comments (block comments nest in Postgres, but may not here), strings,
 * quoted names, dollar quotes, and operators with an @ (`@>`, `<@`, `@@`).
 */
const token = new RegExp(
  [
    /(?<opaque>--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*")/,
    /(?<dollar>\$(?<tag>[A-Za-z_]*)\$[\s\S]*?\$\k<tag>\$)/,
    /(?<![<@~#&|?!])@(?<parameter>[a-z_][a-z0-9_]*)(?<elements>\[\?\])?(?<null>\?)?/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);

function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of sql.matchAll(token)) {
    if (match.index > at) tokens.push({ kind: "code", text: sql.slice(at, match.index) });
    tokens.push({ kind: match.groups?.["parameter"] === undefined ? "opaque" : "parameter", text: match[0] });
    at = match.index + match[0].length;
  }
  tokens.push({ kind: "code", text: sql.slice(at) });
  return tokens;
}

function numberParameters(tokens: readonly Token[]): Pick<ParsedStatement, "sql" | "parameters"> {
  const parameters: Parameter[] = [];
  const sql = tokens.map(({ kind, text }) => {
    if (kind !== "parameter") return text;
    const name = text.slice(1).replace(/[[\]?]/g, "");
    const seen = parameters.findIndex((parameter) => parameter.name === name);
    const index = seen === -1 ? parameters.length : seen;
    const elementsNullable = text.includes("[?]") || (parameters[index]?.elementsNullable ?? false);
    const nullable = /[^[]\?$/.test(text) || (parameters[index]?.nullable ?? false);
    parameters[index] = { name, nullable, elementsNullable };
    return `$${index + 1}`;
  });
  return { sql: sql.join(""), parameters };
}

const leftJoin = /\bleft\s+(?:outer\s+)?join\s+(?:lateral\s+)?/g;
/** A table or a function in a from clause, or an opening parenthesis. */
const fromItem = /\b(?:from|join)\s+(?:lateral\s+|only\s+)?(?<name>[a-z_][a-z0-9_]*|\S)(?<call>\s*\()?/g;
const commaInFrom = /\bfrom\s+[a-z_][a-z0-9_]*(?:\s+(?:as\s+)?[a-z_][a-z0-9_]*)?\s*,/;

/**
 * Sufficient for the statements that we write, and safe for others: a name that only looks like a table (a CTE, a
 * column in `is distinct from x`) makes the generator require a mark.
 */
function nullableSideOf(code: string): NullableSide {
  if (/\b(?:right|full)\s+(?:outer\s+)?join\b/.test(code)) return "unknown";
  const names = new Set<string>();
  for (const match of code.matchAll(leftJoin)) {
    const right = rightSide(code.slice(match.index + match[0].length));
    if (commaInFrom.test(right)) return "unknown";
    for (const { groups } of `join ${right}`.matchAll(fromItem)) {
      const name = groups?.["name"] ?? "";
      if (groups?.["call"] === undefined && name !== "(") names.add(name);
    }
  }
  return [...names];
}

/** The content of the parenthesis if it begins with one, otherwise its first word. */
function rightSide(code: string): string {
  if (!code.startsWith("(")) return /^\S+\s*\(?/.exec(code)?.[0] ?? "";
  let depth = 0;
  for (const [index, character] of [...code].entries()) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth === 0) return code.slice(0, index + 1);
  }
  return code;
}
