// All kits behave in the same way: every scenario passes in each language whose toolchain is on this machine, and a
// scenario that is switched to expect something wrong fails in each.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createTestDatabase } from "../helpers/database.ts";
import { conform, renderResults } from "./conformance.ts";
import { languages } from "./languages.ts";
import { openProxy } from "./proxy.ts";
import { difference, fill, readScenarios, type Scenario, switched } from "./scenario.ts";
import { openServers, type Servers } from "./server.ts";

/** The first run of a language builds its kit. */
const timeout = 900_000;
const scenarios = readScenarios();

/** One of every fifth group: each costs seconds, and `make conformance ARGS=--wrong` plays them all. */
const someOf = (all: readonly Scenario[]) => {
  const groups = [...new Map(all.map((one) => [one.group, one])).values()];
  return groups.filter((_one, place) => place % 5 === 0);
};

describe.each(Object.entries(languages))("%s", (name, language) => {
  const missing = process.env["CI"] === "true" ? undefined : language.missing();
  describe.skipIf(missing)(missing ? `(skipped: ${missing})` : "is here", { timeout }, () => {
    let servers: Servers;

    beforeAll(async () => {
      const ends: (() => Promise<void>)[] = [];
      servers = await openServers(await createTestDatabase("migrated", (drop) => void ends.push(drop)));
      return async () => {
        await servers.close();
        for (const end of ends) await end();
      };
    }, timeout);

    test("all scenarios pass", async () => {
      const results = await conform(name, scenarios, servers);
      expect(results.filter(({ failure }) => failure !== undefined)).toEqual([]);
    });

    test("a control: scenarios that expect something wrong fail", async () => {
      const results = await conform(name, someOf(scenarios).map(switched), servers);
      expect(results.filter(({ failure }) => failure === undefined)).toEqual([]);
      for (const { failure } of results) expect(failure).toContain("something that is never so");
    });
  });
});

test("there are at least 30 scenarios, each with a title of its own and an expectation", () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(30);
  expect(new Set(scenarios.map(({ group, title }) => `${group}: ${title}`)).size).toBe(scenarios.length);
  for (const scenario of scenarios) expect(() => switched(scenario)).not.toThrow();
});

test("an answer may have more fields than are expected, and everything else must be equal", () => {
  expect(difference({ a: [1, { b: null }] }, { a: [1, { b: null, c: 2 }], d: 3 })).toBeUndefined();
  expect(difference({ a: 1 }, { a: 2 })).toBe(".a is 2 instead of 1");
  expect(difference([1], [1, 2])).toContain("instead of [1]");
  expect(difference({ a: null }, {})).toContain("absent");
  expect(difference("1", 1)).toContain("instead of");
});

test("saved values and the unique word are filled in, and a name that was not saved is a fault", () => {
  const saved = new Map([["t", "id"]]);
  expect(fill({ a: ["$t", "{unique}-1", 2] }, saved, "u")).toEqual({ a: ["id", "u-1", 2] });
  expect(() => fill("$x", saved, "u")).toThrow("nothing is saved as $x");
});

test("the table has a row for each scenario and a column for each language", () => {
  const [one, two] = scenarios as [Scenario, Scenario];
  const passed = { scenario: one, failure: undefined };
  const table = renderResults(
    new Map([
      ["go", [passed, { scenario: two, failure: "no" }]],
      ["rust", [passed, { scenario: two, failure: undefined }]],
    ]),
  );
  expect(table).toContain("| scenario | go | rust |");
  expect(table).toContain(`| ${two.group}: ${two.title} | failed | passed |`);
  expect(table).toContain("| in all | 1 of 2 | 2 of 2 |");
});

test("the proxy passes, swallows, and cuts", async () => {
  const echo = createServer((socket) => socket.pipe(socket).on("error", () => {})).listen(0, "127.0.0.1");
  onTestFinished(() => void echo.close());
  await once(echo, "listening");
  const { port } = echo.address() as { port: number };
  const proxy = await openProxy(`127.0.0.1:${port}`);
  onTestFinished(() => proxy.close());
  const open = async () => {
    const socket = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    socket.on("error", () => {});
    let got = "";
    socket.on("data", (data) => {
      got += data;
    });
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    return { socket, got: () => got, closed };
  };
  const first = await open();
  first.socket.write("one");
  await expect.poll(first.got).toBe("one");
  proxy.loseAnswers();
  first.socket.write("two");
  proxy.cut();
  await first.closed;
  expect(first.got()).toBe("one");
  const second = await open();
  proxy.delay(1);
  second.socket.write("three");
  await expect.poll(second.got).toBe("three");
});
