// The files of docs/deploy name what exists: metrics that a server has, settings, commands.
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../../src/rpc/metrics.ts";
import { renderSettings } from "../../src/server/config.ts";

const read = (name: string) => readFileSync(new URL(`../../docs/deploy/${name}`, import.meta.url), "utf8");

function knownMetrics(): ReadonlySet<string> {
  const metrics = createMetrics();
  metrics.watchQueues(
    async () => [],
    () => 0,
  );
  metrics.watchDatabase(() => ({}));
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  return new Set(names.flatMap((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]));
}

const metricsIn = (text: string) => [...text.matchAll(/\b(?:asyncgate|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);

test("alerts and the dashboard ask for metrics that a server has", () => {
  const known = knownMetrics();
  const rules = parse(read("alerts.yaml")) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const expressions = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  const dashboard = JSON.parse(read("dashboard.json")) as { panels: { targets: { expr: string }[] }[] };
  expressions.push(...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
  const asked = expressions.flatMap(metricsIn);
  expect(asked.length).toBeGreaterThan(15);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

test("the pages name metrics that a server has", () => {
  const known = knownMetrics();
  const pages = globSync("docs/*.md", { cwd: new URL("../../", import.meta.url).pathname });
  const code = (page: string) => read(`../../${page}`).match(/`asyncgate_[a-z_]+`|`nodejs_[a-z0-9_]+`/g) ?? [];
  const named = pages.flatMap((page) => code(page).map((name) => `${page}: ${name.replaceAll("`", "")}`));
  expect(named.length).toBeGreaterThan(10);
  // Those of the primary process are made where the sums of its server processes are.
  const ofPrimary = read("../../src/rpc/metrics-sum.ts");
  const isKnown = (name: string) => known.has(name) || ofPrimary.includes(`"${name}"`);
  expect(named.filter((one) => !isKnown(one.split(": ")[1] ?? ""))).toEqual([]);
});

test("the unit, the image and the compose file set settings that exist", () => {
  const known = [...renderSettings().matchAll(/`(ASYNCGATE_[A-Z_]+)`/g)].map(([, name = ""]) => name);
  const used = ["Dockerfile", "compose.yaml", "asyncgate.service"]
    .flatMap((name) => [...read(name).matchAll(/ASYNCGATE_[A-Z_]+/g)])
    .map(([name]) => name);
  expect(used).toContain("ASYNCGATE_HOST");
  expect(used.filter((name) => !known.includes(name))).toEqual([]);
  const { services } = parse(read("compose.yaml")) as { services: Record<string, unknown> };
  expect(Object.keys(services)).toEqual(["asyncgate", "postgres"]);
});
