// Tests run against a real Postgres, which global-setup.ts starts once; each test gets a database of its own.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { scratchPlace } from "./src/postgres/scratch-place.ts";
import { patience } from "./test/helpers/patience.ts";
import { readSeed } from "./test/helpers/seed.ts";

// For the clusters of the tests that start whole servers, too.
process.env["TMPDIR"] = scratchPlace();
// Tests start hundreds of servers and drivers; with its code compiled, a start takes three fifths of the processor time.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL(".tools/compile-cache", import.meta.url));
const random = readSeed(process.env);
/** Tests take milliseconds, or some seconds if they start programs, and twenty times that on a slow, busy machine. */
const testTimeoutMs = 240_000 * Math.max(1, random.runs);

/** These build and start programs, or wait, for minutes: begun last, they would run when all else is over. */
const longest = [
  "test/conformance-clients/",
  "test/clients/java/",
  "test/clients/go/",
  "test/node/program/node.test.ts",
  "test/clients/typescript/worker-trouble.test.ts",
  "test/hostile/values.test.ts",
  "test/clients/rust/",
  "test/clients/python/",
  "test/store/plans.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((place) => moduleId.includes(place));
      return rank < 0 ? longest.length : rank;
    };
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    setupFiles: ["test/helpers/configure-fast-check.ts"],
    provide: random,
    testTimeout: testTimeoutMs,
    hookTimeout: testTimeoutMs,
    expect: { poll: patience },
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    // Each file has a few connections and processes; more workers would only slow small machines down.
    maxWorkers: 4,
  },
});
