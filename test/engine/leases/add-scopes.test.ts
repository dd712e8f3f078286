// AddScopes and ListScopes, by scenario.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ListScopesRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import {
  claim,
  complete,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  granted,
  held,
  openScenario,
  read,
  refused,
  release,
  result,
  type Scenario,
  sinceNowMs,
  ttlMs,
} from "../../helpers/scenario.ts";
import { addScopes, claimIds, heldScopes, listScopes, reads, scoped, writes } from "../../helpers/scopes.ts";

test("law 2: a stale worker adds no scopes", () => expectFencedOff((s, leased) => addScopes(s, leased)));
test("law 2: a lease that has run out gets no scopes", () => expectExpired((s, leased) => addScopes(s, leased)));
test("law 2: a token of another worker's lease adds no scopes", () =>
  expectNotHolder((s, leased) => addScopes(s, leased)));

test("law 5: a repeated call adds the scopes once", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: reads("repo:a") });
  const answer = await expectDoneOnce(s, () => addScopes(s, leased, writes("repo:a", "repo:b")));
  expect(answer.scopes).toMatchObject([
    { resource: "repo:a", mode: ScopeMode.WRITE },
    { resource: "repo:b", mode: ScopeMode.WRITE },
  ]);
});

test("a lease without scopes gets some, and gives them back with the task", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await addScopes(s, leased, writes("repo:a")));
  const { taskId } = await scoped(s, writes("repo:a/b"));
  expect(await claimIds(s)).toEqual([]);
  granted(await complete(s, leased));
  expect(await claimIds(s)).toEqual([taskId]);
});

test("added scopes are not the next holder's", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a") });
  granted(await addScopes(s, leased, writes("repo:b")));
  granted(await release(s, leased));
  await claim(s);
  expect(await heldScopes(s)).toEqual(["repo:a WRITE"]);
});

test("law 22: all scopes are added or none, and the refusal names the holders", async () => {
  const s = await openScenario();
  const other = await held(s, { scopes: [...writes("repo:a/b"), ...reads("db:x")] }, s.rival);
  const leased = await held(s);
  const before = await everything(s);
  const asked = writes("repo:free", "repo:a", "db:x/y");
  const refusal = await refused(addScopes(s, leased, asked), ErrorReason.SCOPE_HELD);
  expect(refusal.facts).toMatchObject({
    case: "scopes",
    value: {
      held: [
        { resource: "repo:a", heldResource: "repo:a/b", mode: ScopeMode.WRITE, principal: { id: "rita" } },
        { resource: "db:x/y", heldResource: "db:x", mode: ScopeMode.READ, taskId: other.task.taskId },
      ],
    },
  });
  expect(await everything(s)).toEqual(before);
  granted(await addScopes(s, leased, reads("db:x")));
  granted(await complete(s, other, result, s.rival));
  granted(await addScopes(s, leased, asked));
});

test("law 22: a reader becomes a writer only where no other reads", async () => {
  const s = await openScenario();
  const one = await held(s, { scopes: reads("repo:a") });
  const two = await held(s, { scopes: reads("repo:a/b") }, s.rival);
  await refused(addScopes(s, one, writes("repo:a")), ErrorReason.SCOPE_HELD);
  granted(await complete(s, two, result, s.rival));
  granted(await addScopes(s, one, writes("repo:a")));
  expect(await heldScopes(s)).toEqual(["repo:a WRITE"]);
});

test("holders that want each other's scopes are both refused, and none waits", async () => {
  const s = await openScenario();
  const one = await held(s, { scopes: writes("repo:a") });
  const two = await held(s, { scopes: writes("repo:b") }, s.rival);
  await refused(addScopes(s, one, writes("repo:b")), ErrorReason.SCOPE_HELD);
  await refused(addScopes(s, two, writes("repo:a"), s.rival), ErrorReason.SCOPE_HELD);
});

test("a lease holds no more scopes than its limit", async () => {
  const s = await openScenario({ limits: { lease_scopes_max: 2 } });
  const leased = await held(s, { scopes: writes("repo:a") });
  granted(await addScopes(s, leased, writes("repo:b", "repo:a")));
  const refusal = await refused(addScopes(s, leased, writes("repo:c")), ErrorReason.LIMIT_EXCEEDED);
  expect(refusal.facts).toMatchObject({ value: { limit: "lease_scopes_max", bound: 2n, value: 3n } });
});

test("a scope that is no resource is refused", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await refused(addScopes(s, leased, writes("repo:a/")), ErrorReason.INVALID_ARGUMENT);
});

test("held scopes are listed with holder, expiry and the tasks that wait, by their resources", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a/b") });
  const aside = await held(s, { scopes: reads("repo:ab", "db:x") }, s.rival);
  const waiting = [await scoped(s, writes("repo:a")), await scoped(s, reads("repo:a/b/c"))];
  expect(await claimIds(s)).toEqual([]);
  expect(await heldScopes(s)).toEqual(["db:x READ", "repo:a/b WRITE", "repo:ab READ"]);
  expect(await heldScopes(s, "repo:")).toEqual(["repo:a/b WRITE", "repo:ab READ"]);
  expect(await heldScopes(s, "repo:a/b/c")).toEqual([]);
  const [one] = await listScopes(s, "repo:a");
  expect(one).toMatchObject({
    taskId: leased.task.taskId,
    holder: { principal: { id: "wanda" } },
    waiting: [
      { taskId: waiting[0]?.taskId, resource: "repo:a", mode: ScopeMode.WRITE },
      { taskId: waiting[1]?.taskId, resource: "repo:a/b/c", mode: ScopeMode.READ },
    ],
    moreWaiting: false,
  });
  expect(sinceNowMs(s, one?.expireTime)).toBe(ttlMs);
  expect((await read(s, aside.task.taskId)).scopeWait).toBeUndefined();
});

test("of many tasks that wait, twenty are named", async () => {
  const s = await openScenario();
  await held(s, { scopes: writes("repo:a") });
  for (let count = 0; count < 21; count += 1) await scoped(s, writes("repo:a"));
  expect(await claimIds(s)).toEqual([]);
  const [one] = await listScopes(s);
  expect(one?.waiting).toHaveLength(20);
  expect(one?.moreWaiting).toBe(true);
});

test("pages follow each other, and a token fits its own list only", async () => {
  const s = await openScenario();
  await held(s, { scopes: writes("repo:b", "repo:a", "repo:a/ü…", "db:x") });
  const pages: string[][] = [];
  let pageToken = "";
  do {
    const answer = await page(s, { pageSize: 1, pageToken });
    pages.push(answer.scopes.map(({ resource }) => resource));
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
  expect(pages).toEqual([["db:x"], ["repo:a"], ["repo:a/ü…"], ["repo:b"]]);
  const { nextPageToken } = await page(s, { pageSize: 1 });
  await refused(page(s, { prefix: "repo:", pageToken: nextPageToken }), ErrorReason.INVALID_ARGUMENT);
  await refused(page(s, { prefix: "repo:a/" }), ErrorReason.INVALID_ARGUMENT);
});

function page(s: Scenario, request: { prefix?: string; pageSize?: number; pageToken?: string }) {
  return s.operations.listScopes(s.operator, create(ListScopesRequestSchema, request));
}
