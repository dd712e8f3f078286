/** Tests run against a real Postgres, which global-setup.ts starts once; each test gets a database of its own. */
import { defineConfig } from "vitest/config";
import { patience } from "./test/helpers/patience.ts";

/** A test takes tens of milliseconds, or some seconds where it starts programs: ten times that on a slow, busy machine. */
const TEST_TIMEOUT_MS = 60_000;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    expect: { poll: patience },
    pool: "forks",
    // Each file brings a few connections and processes; more at once only makes them slower on small machines.
    maxWorkers: 4,
  },
});
