// The glossary's list of words that we do not use, checked over comments, strings and pages. Only two places may hold
// them: docs/contributing.md, which lists them, and src/store/migrations, whose files must not change by a byte because
// databases keep their checksums. Words of the list that are good English elsewhere (turn, rest, place) are left out.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isGenerated, type Passage, readSource, readSources } from "../../src/build/generate-docs-source.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The patterns are regular expressions, which the lexer tells from strings; so this file holds none of the words. */
const unwanted: readonly RegExp[] = [
  /\b(nobody|somebody|anybody|everybody|whoever|whom)\b/gi,
  // Programs have no gender, and people are not the subject here.
  /\b(he|him|his)\b/gi,
  /\b(lookouts?|farewells?|tidings|deeds?|gatherers?|beats|beaten)\b/gi,
  // The noun alone: "as the worker wishes" is good English.
  /(?<=\b(the|its|their|these|no|all)\s)wishes\b/gi,
];

type Text = { readonly path: string; readonly passages: readonly Passage[] };

/** How a comment begins, and what may stand before it, in files that are not TypeScript. */
const commentOf: Readonly<Record<string, RegExp>> = {
  "proto/**/*.proto": /\/\/.*/,
  "src/**/*.sql": /--.*/,
  "test/real-clients/**/*.{go,java,rs,mjs}": /(?<!:)\/\/.*/,
  "{clients/go,test/conformance-clients}/**/*.go": /(?<!:)\/\/.*/,
  "{clients/rust,test/conformance-clients}/**/*.rs": /(?<!:)\/\/.*/,
  "test/real-clients/**/*.py": /(?<=^|\s)#.*/,
  "{docs,clients/python/{src,tests,examples},test/conformance-clients}/**/*.py": /(?<=^|\s)#.*/,
  ".ci/*": /(?<=^|\s)#.*/,
  Makefile: /(?<=^|\s)#.*/,
  "{docs/**/*.md,README.md,CHANGELOG.md,clients/*/README.md}": /.*/,
};

function isExcepted(path: string): boolean {
  return path === "docs/contributing.md" || path.startsWith("src/store/migrations/");
}

function typescript(): Text[] {
  return readSources(root, "{src,test,clients/typescript/src}/**/*.ts")
    .filter(({ path }) => !isGenerated(path))
    .map(({ path, strings, comments }) => ({ path, passages: [...strings, ...comments] }));
}

function others(): Text[] {
  return Object.entries(commentOf).flatMap(([pattern, comment]) =>
    globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] })
      .filter((path) => !isExcepted(path))
      .map((path) => ({ path, passages: commentsIn(readFileSync(join(root, path), "utf8"), comment) })),
  );
}

function commentsIn(text: string, comment: RegExp): Passage[] {
  return text.split("\n").map((line, index) => ({ text: comment.exec(line)?.[0] ?? "", line: index + 1 }));
}

/** `file:line word`, in the order of the lines. */
function hits({ path, passages }: Text): string[] {
  const found = passages.flatMap(({ text, line: first }) =>
    text
      .split("\n")
      .flatMap((part, index) => unwantedIn(part).map((word) => ({ line: first + index, word: word.toLowerCase() }))),
  );
  return found.sort((a, b) => a.line - b.line).map(({ line, word }) => `${path}:${line} ${word}`);
}

function unwantedIn(text: string): string[] {
  return unwanted.flatMap((pattern) => text.match(pattern) ?? []);
}

test("comments, strings and pages hold none of the words that the glossary replaces", () => {
  const texts = [...typescript(), ...others()];
  expect(texts.flatMap(hits).sort()).toEqual([]);
});

test("a control: the words are found in comments, strings and pages, and only whole", () => {
  const word = ["no", "body"].join("");
  const lines = [
    `// One.\n// ${word} waits.`,
    `const a = "${word}";`,
    `const ${word} = \`\n  ${word}'s\`;`,
    "// The hero.",
  ];
  const { path, strings, comments } = readSource("src/core/a.ts", lines.join("\n"));
  expect(hits({ path, passages: [...strings, ...comments] })).toEqual(
    [2, 3, 5].map((line) => `src/core/a.ts:${line} ${word}`),
  );
  const page = `Plain.\n${word.toUpperCase()} and ${["h", "is"].join("")} ${["be", "ats"].join("")}.`;
  expect(hits({ path: "docs/a.md", passages: commentsIn(page, /.*/) })).toHaveLength(3);
  expect(hits({ path: "a.sql", passages: commentsIn(`select ${word} -- why`, /--.*/) })).toEqual([]);
  expect(hits({ path: "a.sql", passages: commentsIn(`select 1 -- ${word}`, /--.*/) })).toEqual([`a.sql:1 ${word}`]);
});

test("a control: every kind of file is read, and the two exceptions hold such words", () => {
  expect(typescript().length).toBeGreaterThan(400);
  for (const pattern of Object.keys(commentOf)) expect(globSync(pattern, { cwd: root }), pattern).not.toEqual([]);
  for (const pattern of ["docs/contributing.md", "src/store/migrations/*.sql"]) {
    const texts = globSync(pattern, { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));
    expect(unwantedIn(texts.join("\n")), pattern).not.toEqual([]);
  }
});
