/** Tests run against a real Postgres, which global-setup.ts starts once; each test gets a database of its own. */
import { defineConfig } from "vitest/config";

/** The first Postgres of a machine unpacks slowly; a test itself takes tens of milliseconds. */
const TEST_TIMEOUT_MS = 20_000;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    pool: "forks",
    // Each file brings a few connections and processes; more at once only makes them slower on small machines.
    maxWorkers: 4,
  },
});
