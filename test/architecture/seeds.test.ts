// One seed decides all that tests draw at random, and `make test-long` finds every file that does.
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom, seed, times } from "../helpers/random.ts";
import { readSeed } from "../helpers/seed.ts";
import { seededTestFiles } from "../long/seeded-files.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readTests = () =>
  globSync("test/**/*.ts", { cwd: root }).map((path) => [path, readFileSync(root + path, "utf8")]);

test("without SEED every run draws alike, SEED=random draws another seed, and a number repeats one", () => {
  expect(readSeed({})).toEqual(readSeed({}));
  expect(readSeed({}).runs).toBe(1);
  expect(readSeed({ SEED: "random" }).seed).not.toBe(readSeed({ SEED: "random" }).seed);
  expect(readSeed({ SEED: "17", RUNS: "0.5" })).toEqual({ seed: 17, runs: 0.5 });
});

test.each([{ SEED: "" }, { SEED: "x" }, { SEED: "-1" }, { SEED: "1.5" }, { SEED: "2147483648" }, { RUNS: "0" }])(
  "%o is refused",
  (environment) => {
    expect(() => readSeed(environment)).toThrow(/must be/);
  },
);

test("properties draw from the seed of the run, as often as RUNS says", () => {
  expect(fc.readConfigureGlobal()).toMatchObject({ seed, numRuns: times(100) });
  expect(fc.sample(fc.nat(), 3)).toEqual(fc.sample(fc.nat(), 3));
  expect(createRandom(seed)()).toBe(createRandom(seed)());
});

test("every file that draws at random is found, and none has a seed of its own", () => {
  const tests = readTests().filter(([path = ""]) => path.endsWith(".test.ts"));
  const drawing = tests.filter(([, text]) => /\bfc\.(assert|sample)\(|\bcreateRandom\(|\btimes\(/.test(text ?? ""));
  const found = seededTestFiles(root);
  expect(drawing.length).toBeGreaterThan(10);
  expect(drawing.map(([path]) => path).filter((path = "") => !found.includes(path))).toEqual([]);
  expect(found).not.toContain("test/core/termination.test.ts");
  const own = /\bfc\.\w+\([\s\S]{0,2000}?\bseed: \d|\bnumRuns: \d|\b\w*_SEED\b/;
  const stubborn = tests.filter(([, text]) => own.test(text ?? "")).map(([path]) => path);
  expect(
    stubborn.filter((path) => path !== "test/architecture/seeds.test.ts"),
    "use times() of helpers/random.ts",
  ).toEqual([]);
});
