// GetConfig: what it says is what holds.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { claim, complete, granted, hand, openScene, refused } from "../../helpers/ledger-scenario.ts";

test("the limits and defaults are the ones of the specification", async () => {
  const { operations, agent } = await openScene();
  const config = await operations.getConfig(agent);
  expect(config.limits).toMatchObject({
    payload_bytes_max: 262_144n,
    result_bytes_max: 262_144n,
    checkpoint_bytes_max: 65_536n,
    receipt_body_bytes_max: 65_536n,
    receipt_parents_max: 10n,
    receipt_artifacts_max: 100n,
    session_leases_max: 5_000n,
  });
  expect(config.taskDefaults).toMatchObject({
    queue: "default",
    priority: 5,
    maxAttempts: 3,
    maxLeaseLosses: 20,
    retryInitialInterval: { seconds: 30n },
    retryMultiplier: 2,
    retryMaxInterval: { seconds: 900n },
    retryJitter: 0.1,
  });
  expect(config.leaseBounds).toMatchObject({
    ttlDefault: { seconds: 60n },
    ttlMin: { seconds: 5n },
    ttlMax: { seconds: 1_800n },
  });
  expect(config.sweepInterval).toMatchObject({ seconds: 1n });
});

test("a task that says nothing gets what the configuration tells", async () => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  const { taskDefaults } = await scene.operations.getConfig(scene.agent);
  const task = granted(await scene.operations.getTask(scene.agent, { taskId }));
  expect(task).toMatchObject({
    queue: taskDefaults?.queue,
    priority: taskDefaults?.priority,
    maxAttempts: taskDefaults?.maxAttempts,
    maxLeaseLosses: taskDefaults?.maxLeaseLosses,
    retry: { initialInterval: taskDefaults?.retryInitialInterval, multiplier: taskDefaults?.retryMultiplier },
  });
});

test("each tenant is told its own mode, which is the one it is held to", async () => {
  for (const mode of [LocatabilityMode.LENIENT, LocatabilityMode.STRICT]) {
    const scene = await openScene({ mode });
    expect((await scene.operations.getConfig(scene.agent)).locatabilityMode).toBe(mode);
    await hand(scene);
    const done = await complete(scene, await claim(scene), {});
    if (mode === LocatabilityMode.STRICT) await refused(done, ErrorReason.LOCATOR_REQUIRED);
    else expect(granted(done).discharged).toBe(false);
  }
});
