// Whether an agent is well, which tasks need it, and what the receipt of a grant says.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { AgentCheckSchema, AgentHealth } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { PreflightOutcome } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { Preflight } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  allPass,
  faultsOfPreflight,
  healthOf,
  laneCapabilities,
  offered,
  outcomeOf,
  preflightOf,
  whyNot,
} from "../../src/core/preflight.ts";

const { OK, DEGRADED, DOWN, NO_PROBES, UNSPECIFIED } = AgentHealth;
const well = { ok: true, skipped: false };
const ill = { ok: false, skipped: false };
const skipped = { ok: false, skipped: true };

test.each([
  [[], 0, NO_PROBES],
  [[], 1, OK],
  [[skipped], 0, NO_PROBES],
  [[skipped], 1, OK],
  [[well], 0, OK],
  [[well, skipped], 0, OK],
  [[well, ill], 0, DEGRADED],
  [[well, ill], 9, DEGRADED],
  [[ill], 0, DOWN],
  [[ill, ill], 1, DEGRADED],
])("of the endpoints %j and %i sessions, the health is %i", (probes, sessions, health) => {
  expect(healthOf(probes, sessions)).toBe(health);
});

const checkOf = (health: AgentHealth, override = false) =>
  create(AgentCheckSchema, { agentId: "a", health, ...(override && { override: { reason: "r" } }) });

test("all pass that are well or overridden; unless strict, also those of which nothing is known", () => {
  expect(allPass([checkOf(OK), checkOf(DOWN, true)], true)).toBe(true);
  expect(allPass([checkOf(NO_PROBES)], false)).toBe(true);
  expect(allPass([checkOf(NO_PROBES)], true)).toBe(false);
  for (const health of [DEGRADED, DOWN, UNSPECIFIED])
    expect(allPass([checkOf(OK), checkOf(health)], false)).toBe(false);
  expect(allPass([], false)).toBe(false);
});

function asking(preflight: Preflight, ...capabilities: string[]) {
  return create(CreateTaskRequestSchema, { type: "t", preflight, requirements: { capabilities } });
}

test("a task for an agent is advisory, unless it says otherwise; a task for none has no preflight", () => {
  expect(preflightOf(asking(Preflight.UNSPECIFIED, "gpu"))).toBe(Preflight.UNSPECIFIED);
  expect(preflightOf(asking(Preflight.UNSPECIFIED, "gpu", "agent:a"))).toBe(Preflight.ADVISORY);
  expect(preflightOf(asking(Preflight.SKIP, "agent:a"))).toBe(Preflight.SKIP);
  expect(faultsOfPreflight(asking(Preflight.REQUIRED, "gpu"))).toMatchObject([{ field: "preflight" }]);
  expect(faultsOfPreflight(asking(Preflight.REQUIRED, "agent:a"))).toEqual([]);
});

test("a required preflight is a word of the server's, which no worker offers and no task names", () => {
  expect(laneCapabilities(asking(Preflight.REQUIRED, "agent:a", "gpu"))).toEqual(["agent:a", "gpu", "preflight:a"]);
  expect(laneCapabilities(asking(Preflight.ADVISORY, "agent:a"))).toEqual(["agent:a"]);
  expect(offered(["gpu", "preflight:a"])).toEqual(["gpu"]);
  const fault = { field: "requirements.capabilities[1]" };
  expect(faultsOfPreflight(asking(Preflight.UNSPECIFIED, "gpu", "preflight:a"))).toMatchObject([fault]);
});

test.each([
  [Preflight.UNSPECIFIED, [], PreflightOutcome.UNSPECIFIED],
  [Preflight.SKIP, [checkOf(OK)], PreflightOutcome.SKIPPED],
  [Preflight.ADVISORY, [checkOf(OK)], PreflightOutcome.PASSED],
  [Preflight.ADVISORY, [checkOf(OK), undefined], PreflightOutcome.SKIPPED],
  [Preflight.ADVISORY, [checkOf(DOWN, true)], PreflightOutcome.SKIPPED],
  [Preflight.REQUIRED, [checkOf(OK)], PreflightOutcome.PASSED],
  [Preflight.REQUIRED, [checkOf(OK), checkOf(DOWN, true)], PreflightOutcome.OVERRIDDEN],
])("of the preflight %i, the receipt says what was known", (preflight, checks, outcome) => {
  expect(outcomeOf(preflight, checks)).toBe(outcome);
});

test("why an agent is not well is told in a few words", () => {
  const probes = [
    { url: "http://a/", problem: "answered 503, and not 200" },
    { url: "http://b/", skipped: true },
  ];
  expect(whyNot(create(AgentCheckSchema, { health: DOWN, probes }))).toBe(
    "http://a/ answered 503, and not 200, no session of it lives",
  );
  expect(whyNot(checkOf(OK))).toBe("");
  expect(whyNot(checkOf(UNSPECIFIED))).toBe("no such agent is registered");
});
