// Every block of code on the pages is known to a check: it is run, compiled or read here, or a test that is named plays
// it. What is not run is listed in not-run.ts, with why.
import { describe, expect, test } from "vitest";
import { isOf, placeOf, readBlocks, strayEntries, testFault, verdictOf } from "./blocks.ts";
import { codeIn, compileTypeScript, sourceOf } from "./compile.ts";
import { documents } from "./documents.ts";
import { commandsOf, syntaxFault } from "./shell.ts";

const blocks = readBlocks();

test("every block is checked in a way that is known", () => {
  expect(blocks.length).toBeGreaterThan(100);
  expect(blocks.filter((block) => verdictOf(block).how === "unknown").map(placeOf)).toEqual([]);
});

test("the lists of what is not run, and of what stands around blocks, have nothing that the pages do not have", () => {
  expect(strayEntries(blocks)).toEqual([]);
});

test("a test that is said to play a block names its page and its program", () => {
  const faults = blocks.flatMap((block) => {
    const verdict = verdictOf(block);
    return verdict.how === "tested" ? (testFault(block, verdict.by) ?? []) : [];
  });
  expect(faults).toEqual([]);
});

test("all commands are ones that bash can read", () => {
  const shell = blocks.filter(({ language }) => language === "sh");
  const faults = shell.flatMap((block) => {
    const fault = syntaxFault(block.text);
    return fault === undefined ? [] : [`${placeOf(block)}: ${fault}`];
  });
  expect(faults).toEqual([]);
  expect(syntaxFault("echo 'a")).toContain("unexpected EOF");
});

describe("documents are read by what they are for", () => {
  const read = blocks.filter((block) => verdictOf(block).how === "read");
  test.each(read.map((block) => ({ place: placeOf(block), block })))("$place", async ({ block }) => {
    const document = documents.find((one) => isOf(one, block));
    await document?.check(block.text);
  });

  test("a control: an unknown field is refused in each of them", async () => {
    for (const { page, starts, check } of documents.filter(({ page }) => /rest|spend|security|agents/.test(page))) {
      const block = blocks.find((one) => one.page === page && one.text.startsWith(starts));
      const wrong = block?.text.replace(/"(?:reason|spent|issuer|name)":|(?:agent_id|from_role):/, (name) =>
        `unheard_${name}`.replace('unheard_"', '"unheard_'),
      );
      await expect(async () => await check(wrong ?? ""), `${page}: ${starts}`).rejects.toThrow();
    }
  });
});

test("TypeScript of the pages compiles with the kit, and what is around a fragment is not on the page", () => {
  const code = codeIn(blocks, "ts");
  expect(code.length).toBeGreaterThan(15);
  expect(compileTypeScript(code)).toEqual([]);
  const [readme] = code;
  if (!readme) throw new Error("there is no TypeScript on the pages");
  expect(sourceOf(readme)).toContain(readme.text);
  const wrong = { ...readme, text: readme.text.replace("createTask", "makeTask") };
  expect(compileTypeScript([wrong]).join()).toContain("makeTask");
});

test("commands are split where bash would, at the ends of lines outside of quotes", () => {
  const block = "a 'b\nc' # d's\n\n# only a comment\ne \\\n  f \"g\nh\"\nX=$(i 'j') k\n";
  expect(commandsOf(block)).toEqual(["a 'b\nc' # d's", 'e \\\n  f "g\nh"', "X=$(i 'j') k"]);
});
