// What a reader of a dump could do with the key that seals lease tokens: nothing, without the credential of the holder.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  ReleaseLeaseRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { formatLeaseToken, parseLeaseToken } from "../../../src/core/lease-token.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import type { Operations } from "../../../src/engine/index.ts";
import { artifact, claim, granted, hand, openScene, readTables, refused } from "../../helpers/ledger-scenario.ts";
import {
  complete,
  everything,
  fail,
  held,
  minuteMs,
  ms,
  openScenario,
  release,
  result,
  start,
} from "../../helpers/scenario.ts";

const calls: Readonly<Record<string, (op: Operations, who: Caller, leaseToken: string) => Promise<object[]>>> = {
  startTask: (op, who, leaseToken) => op.startTasks(who, [create(StartTaskRequestSchema, { leaseToken })]),
  reportProgress: (op, who, leaseToken) =>
    op.reportProgress(who, [create(ReportProgressRequestSchema, { leaseToken })]),
  renewLeases: (op, who, leaseToken) =>
    op.renewLeases(who, create(RenewLeasesRequestSchema, { leaseTokens: [leaseToken] })),
  releaseLease: (op, who, leaseToken) => op.releaseLeases(who, [create(ReleaseLeaseRequestSchema, { leaseToken })]),
  failTask: (op, who, leaseToken) =>
    op.failTasks(who, [create(FailTaskRequestSchema, { leaseToken, error: { type: "x" } })]),
  completeTask: (op, who, leaseToken) =>
    op.completeTasks(who, [create(CompleteTaskRequestSchema, { leaseToken, artifacts: [artifact] })]),
};

test.each(Object.keys(calls))(
  "law 2: %s by a token that another worker has sealed for itself changes nothing",
  async (name) => {
    const scene = await openScene();
    const { operations, worker, tenant } = scene;
    await hand(scene);
    const { token } = await claim(scene);
    const grant = parseLeaseToken(worker.tokenKey, worker.principalText, token);
    if (grant === undefined) throw new Error("the token was granted");
    const mallory = tenant.caller("worker", "mallory");
    const forged = formatLeaseToken(mallory.tokenKey, mallory.principalText, grant);
    const before = await readTables(scene.database.databaseUrl);
    const [answer] = (await calls[name]?.(operations, mallory, forged)) ?? [];
    await refused(answer, ErrorReason.FENCED);
    expect(await readTables(scene.database.databaseUrl)).toEqual(before);
    // A control: in its holder's hands the same grant is good.
    const own = formatLeaseToken(worker.tokenKey, worker.principalText, grant);
    const [control] = (await calls[name]?.(operations, worker, own)) ?? [];
    granted(control);
  },
);

test("law 5: a request id belongs to one lease and one method: elsewhere it is the id of another call", async () => {
  const s = await openScenario();
  const requestId = "r1";
  const leased = [await held(s), await held(s), await held(s), await held(s)] as const;
  const [a, b, c, d] = leased;
  const settle = async () => [
    granted(await start(s, a, { requestId })),
    granted(await complete(s, a, { ...result, requestId })),
    granted(await complete(s, b, { ...result, requestId })),
    granted(await fail(s, c, { requestId, retryAfter: ms(minuteMs) })),
    granted(await release(s, d, { requestId, delay: ms(minuteMs) })),
  ];
  const first = await settle();
  const before = await everything(s);
  expect(await settle()).toEqual(first);
  // On its own lease and by its own method, the id stands for one request.
  refused(await complete(s, a, { ...result, requestId, artifacts: [artifact] }), ErrorReason.IDEMPOTENCY_CONFLICT);
  refused(await fail(s, c, { requestId }), ErrorReason.IDEMPOTENCY_CONFLICT);
  refused(await release(s, d, { requestId }), ErrorReason.IDEMPOTENCY_CONFLICT);
  refused(await fail(s, a, { requestId }), ErrorReason.INVALID_TRANSITION);
  expect(await everything(s)).toEqual(before);
});
