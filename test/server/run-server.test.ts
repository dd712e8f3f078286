// What is set is what the engine goes by.
import { expect, test } from "vitest";
import { readConfig } from "../../src/server/config.ts";
import { engineFromConfig } from "../../src/server/engine-from-config.ts";
import { openTestDatabase } from "../helpers/database.ts";

test("the bounds of sessions and of answers are as they are set", async () => {
  const flags = {
    ...{ "offer-accept-ms": "1111", "resume-grace-ms": "2222", "slow-reader-ms": "3333" },
    ...{ "message-bytes-max": "300000", "payload-bytes-max": "100000", "result-bytes-max": "100000" },
  };
  const { sessionBounds, claimBytesMax } = engineFromConfig(
    readConfig({ environment: {}, flags }),
    await openTestDatabase(),
    "test",
  );
  expect(sessionBounds).toMatchObject({ offerAcceptMs: 1_111, resumeGraceMs: 2_222, slowReaderMs: 3_333 });
  expect(claimBytesMax).toBe(525_000);
});
