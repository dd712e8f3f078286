// Documents: what is read, what is refused, and where a fault is said to be.
import { describe, expect, test } from "vitest";
import { machineHash } from "../../src/machines/document/machine-json.ts";
import { loadMachine } from "../../src/machines/validation/load.ts";
import { checkRules, load } from "./simulate.ts";

async function faultsOf(text: string): Promise<string[]> {
  const loaded = await loadMachine(text, { checkRules });
  const faults = "faults" in loaded ? loaded.faults : [];
  return faults.map(({ path, line, column, message }) => `${line}:${column} ${path}: ${message}`);
}

const good = `
name: m
agents: {one: a}
states:
  s: {type: initial, agent: one, transitions: e}
  e: {type: final}
`;

describe("a document", () => {
  test("means the same in YAML and JSON, in short and in long form", async () => {
    const long = JSON.stringify({
      states: {
        e: { type: "STATE_TYPE_FINAL" },
        s: { type: "STATE_TYPE_INITIAL", agent: "one", transitions: [{ to: "e" }] },
      },
      agents: { one: { taskType: "a" } },
      name: "m",
    });
    expect(machineHash(await load(long))).toBe(machineHash(await load(good)));
    expect(machineHash(await load(good.replace("one: a", "one: b")))).not.toBe(machineHash(await load(good)));
  });

  test("is told all of its faults at once, each with its line", async () => {
    const text = `
name: m
agents: {one: a}
states:
  s:
    type: initial
    agent: two
    timout: 5s
    timeout: soon
    transitions: [{to: e}]
  e: {type: last}
`;
    expect(await faultsOf(text)).toEqual([
      "8:5 states.s.timout: there is no such field; is it timeout?",
      "9:5 states.s.timeout: must be a time span, such as 500ms, 30s or 2m",
      "11:7 states.e.type: must be one of initial, final",
    ]);
    const fixed = text.replace("    timout: 5s\n", "").replace("soon", "5s").replace("last", "final");
    expect(await faultsOf(fixed)).toEqual(["7:5 states.s.agent: there is no agent two"]);
  });

  test.each([
    [
      "two initial states",
      "e: {type: final}",
      "e: {type: final}\n  t: {type: initial, transitions: e}",
      "s and t have",
    ],
    [
      "a state that nothing leads to",
      "e: {type: final}",
      "e: {type: final}\n  t: {type: final}",
      "no transition leads",
    ],
    ["a transition to nowhere", "transitions: e}", "transitions: [e, f]}", "there is no state f"],
    ["no transition", ", transitions: e}", "}", "needs a transition"],
    ["two kinds of work", "agent: one", "agent: one, action: b", "one kind of work"],
    ["a field without effect", "agent: one", "agent: one, key: item", "it needs `foreach`"],
    ["work in a final state", "e: {type: final}", "e: {type: final, agent: one}", "no effect in a final state"],
    ["an unknown variable", "transitions: e}", "transitions: [{condition: contxt.n, to: e}]}", "no variable contxt"],
    ["a template that is open", "agent: one", "agent: one, input: '{{ context'", "{{ has no }}"],
    ["more than the simple form", "agent: one", "agent: one, input: '{{ size(input) }}'", "needs `expression: cel`"],
    ["an expression that is none", "transitions: e}", "transitions: [{condition: '1 +', to: e}]}", "found +"],
    ["a mixed list", "agent: one", "machine: [m, {name: m}]", "mixes names and objects"],
    ["a long name", "name: m", `name: ${"m".repeat(129)}`, "128"],
    [
      "two kinds of execution",
      "agent: one",
      "agent: one, execution: {default: {}, retry: {backoffs: [1s]}}",
      "may have one",
    ],
    ["a retry without waits", "agent: one", "agent: one, execution: retry", "at least 1"],
    ["what is not carried out", "agents:", "settings: {parallel_fallback: true}\nagents:", "not supported yet"],
    ["a panel without such agents", "agent: one", "agent: one, verify: {panel: [two]}", "there is no agent two"],
    ["a policy beside an agent", "agent: one", "agent: one, policy: {fallback: {agents: [one]}}", "one kind of work"],
    [
      "a tool loop for a list",
      "agent: one",
      "agent: one, foreach: input.l, tool_loop: {allowed: [t]}",
      "one call of an agent",
    ],
    [
      "too large a quorum",
      "agent: one",
      "agent: one, verify: {panel: [one], aggregate: {k_of_n: {k: 2}}}",
      "than the panel",
    ],
    [
      "hooks in a final state",
      "e: {type: final}",
      "e: {type: final, hooks: {before: [x]}}",
      "no effect in a final state",
    ],
    ["a file, in a document that is sent", "agents:", "machines: {x: other.yaml}\nagents:", "only be read from a file"],
  ])("with %s is refused", async (_, part, by, message) => {
    expect(await faultsOf(good)).toEqual([]);
    expect((await faultsOf(good.replace(part, by))).join("\n")).toContain(message);
  });

  test("is not read if it is a bomb, or no document at all", async () => {
    const bomb = [
      "a: &a [1, 2]",
      ...[1, 2, 3, 4, 5, 6, 7, 8].map(
        (n) => `b${n}: &b${n} [*${n === 1 ? "a" : `b${n - 1}`}, *${n === 1 ? "a" : `b${n - 1}`}, *a]`,
      ),
    ].join("\n");
    expect((await faultsOf(`${bomb}\nname: [*b8, *b8, *b8]`)).length).toBeGreaterThan(0);
    expect((await faultsOf("x".repeat(1_048_577))).join()).toContain("at most 1048576 bytes");
    expect((await faultsOf("name: [")).length).toBeGreaterThan(0);
    expect((await faultsOf("name: m\nname: n")).join()).toContain("the key name is given twice");
    expect((await faultsOf("")).join()).toContain("must be an object");
  });
});

describe("a text that would take the parser long", () => {
  const many = 60_000;
  const texts: readonly (readonly [string, string])[] = [
    ["keys", Array.from({ length: 21_000 }, (_, at) => `k${at}: 1\n`).join("")],
    ["brackets", "[".repeat(many)],
    ["dashes", "- ".repeat(many)],
    ["tags", "! ".repeat(many)],
    ["tags with names", "!a ".repeat(many)],
    ["references", "*a ".repeat(many)],
    ["anchors", "&a ".repeat(many)],
    ["quoted texts", "'' ".repeat(many)],
    ["quoted and plain texts", '"" a '.repeat(many)],
    ["lines", "a\n".repeat(many)],
  ];
  test.each(texts)("with too many %s is not parsed", async (_name, text) => {
    expect((await faultsOf(text)).join()).toMatch(/a document has at most \d+ /);
  });

  test("for its expressions is refused", async () => {
    const output = Array.from({ length: 40 }, (_, at) => `k${at}: "{{ ${"1+".repeat(900)}1 }}"`).join(", ");
    const states = `{a: {type: initial, transitions: b}, b: {type: final, output: {${output}}}}`;
    const text = `name: m\nexpression: cel\nstates: ${states}`;
    expect((await faultsOf(text)).join()).toContain("all expressions have");
  });

  test("says of every key that is given twice where it is", async () => {
    expect(await faultsOf("name: m\nstates: {a: {}, b: {}, a: {}}\nname: n")).toEqual([
      expect.stringContaining("the key a is given twice"),
      expect.stringContaining("the key name is given twice"),
    ]);
  });
});
