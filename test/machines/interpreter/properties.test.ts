// What holds of every machine, drawn at random: it ends, within its steps; it asks for no effect twice; a step that is
// made again, after a crash, is the same step.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance } from "../../../src/machines/interpreter/advance.ts";
import { programOf } from "../../../src/machines/interpreter/program.ts";
import type { Event, Snapshot } from "../../../src/machines/interpreter/types.ts";
import { times } from "../../helpers/random.ts";
import { checkRules, failed, load, type Simulated, says, simulate } from "../simulate.ts";

type Drawn = {
  readonly kind: number;
  readonly to: number;
  readonly other: number;
  readonly onError: number | undefined;
};

const stepsMax = 40;
const statesMax = 6;

const drawn = fc.array(
  fc.record({
    kind: fc.integer({ min: 0, max: 6 }),
    to: fc.integer({ min: 0, max: statesMax }),
    other: fc.integer({ min: 0, max: statesMax }),
    onError: fc.option(fc.integer({ min: 0, max: statesMax }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: statesMax },
);

const works = [
  "",
  "agent: one",
  "agent: one\n    execution: {retry: {backoffs: [1s, 2s], jitter: 0.5}}",
  "agent: one\n    execution: {parallel: {n_samples: 3}}",
  "foreach: '[1, 2, 3]'\n    agent: one\n    mode: any",
  "machine: m\n    launch: m",
  "foreach: '[1, 2]'\n    agent: one\n    timeout: 5s",
];

/** A state without work cannot fail. */
function targetsOf(state: Drawn | undefined): number[] {
  if (!state) return [];
  const { kind, to, other, onError } = state;
  return [to, other, ...(onError === undefined || kind === 0 ? [] : [onError])];
}

/** States lead anywhere, so most of them are loops; those that nothing leads to are left out. */
function textOf(states: readonly Drawn[]): string {
  const name = (at: number) => (at >= states.length ? "done" : `s${at}`);
  const seen = new Set<number>([0]);
  const queue = [0];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const next of targetsOf(states[at])) {
      if (next >= states.length || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  const written = [...seen].map((at) => {
    const { kind = 0, to = 0, other = 0, onError } = states[at] ?? {};
    const work = works[kind] ?? "";
    return [
      `  s${at}:`,
      ...(at === 0 ? ["    type: initial"] : []),
      ...(work === "" ? [] : [`    ${work}`]),
      `    output_to_context: {n: "{{ context.n + 1 }}"}`,
      `    transitions: [{condition: context.n % 3 == 0, to: ${name(other)}}, {to: ${name(to)}}]`,
      ...(onError === undefined || work === "" ? [] : [`    on_error: ${name(onError)}`]),
    ].join("\n");
  });
  const ends = [...seen].some((at) => targetsOf(states[at]).some((to) => to >= states.length));
  const done = ends ? "\n  done: {type: final, output: '{{ context }}'}" : "";
  const head = `name: m\nexpression: cel\nagents: {one: a}\ncontext: {n: 0}\nsettings: {max_steps: ${stepsMax}}`;
  return `${head}\nstates:\n${written.join("\n")}${done}`;
}

/** Answers drawn from a seed: successes, failures of both kinds, and calls that do not end. */
function scriptsOf(seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const answer = () => {
    const value = next();
    if (value < 0.6) return says(Math.floor(value * 10));
    if (value < 0.8) return failed("BUSY");
    return value < 0.9 ? failed("BROKEN", "", false) : ("pending" as const);
  };
  return { tasks: { a: answer, "asyncgate.machine": () => (next() < 0.7 ? "ran" : failed("INNER")) } };
}

/** What a run shows that no run may: none, of an interpreter that is right. */
function faultsOf({ snapshot, effects, places }: Simulated): string[] {
  const isEnd = effects.map(({ type }) => type === "end");
  return [
    snapshot.step > stepsMax ? "it has entered more states than it may" : "",
    isEnd.indexOf(true) !== isEnd.length - 1 ? "it has gone on after its end" : "",
    // An effect that follows from a place is asked for again when the place is.
    new Set(places).size !== places.length ? "it has asked for an effect twice" : "",
  ].filter((text) => text !== "");
}

/** The property itself, for any interpreter. */
async function checkRuns(runs: number, interpreter: typeof advance = advance): Promise<void> {
  await fc.assert(
    fc.asyncProperty(drawn, fc.integer({ min: 1, max: 2 ** 30 }), async (states, seed) => {
      const machine = await load(textOf(states));
      const [one, other] = [0, 1].map(() => simulate(machine, scriptsOf(seed), { interpreter }));
      if (!one) throw new Error("there are two");
      expect(faultsOf(one)).toEqual([]);
      expect(other).toEqual(one);
      const program = programOf({ machine, input: {}, depth: 0, executionId: "execution", checkRules });
      const again = interpreter(program, JSON.parse(JSON.stringify(one.snapshot)) as Snapshot, { nowMs: 0 });
      expect(again.effect).toEqual({ type: "end", ended: one.ended });
      expect(again.snapshot).toEqual(one.snapshot);
    }),
    { numRuns: runs },
  );
}

/** Interpreters that are wrong in one way each. */
const wrong: Readonly<Record<string, typeof advance>> = {
  "forgets its steps": (program, before, event) => {
    const made = advance(program, before, event);
    return { ...made, snapshot: { ...made.snapshot, step: 0 } };
  },
  "makes a step again": (program, before, event) => {
    const made = advance(program, before, event);
    return before?.work && event.nowMs % 3_000 === 0 && made.effect.type === "suspend"
      ? { ...made, snapshot: before }
      : made;
  },
  "throws dice": (program, before, event) => {
    const made = advance(program, before, event);
    return { ...made, snapshot: { ...made.snapshot, cost: Math.random() } };
  },
  "goes by the time": (program, before, event) => {
    const made = advance(program, before, event);
    return before?.ended ? { ...made, snapshot: { ...made.snapshot, tokens: Date.now() } } : made;
  },
  "goes on after its end": (program, before, event) =>
    before?.ended ? advance(program, undefined, event) : advance(program, before, event),
};

describe("every machine", () => {
  test("ends, within its steps; asks for each effect once; makes the same step of the same snapshot", async () => {
    await checkRuns(times(500));
  });

  test.each(Object.entries(wrong))("is not what it must be with an interpreter that %s", async (_, interpreter) => {
    await expect(checkRuns(300, interpreter)).rejects.toThrow();
  });

  test("is at most as deep as its settings say", async () => {
    const machine = await load(textOf([{ kind: 5, to: 1, other: 1, onError: undefined }]));
    for (const depth of [0, 14]) expect(simulate(machine, scriptsOf(1), { depth }).calls.length).toBeGreaterThan(0);
    const { ended, calls } = simulate(machine, scriptsOf(1), { depth: 15 });
    expect(calls).toEqual([]);
    expect(ended).toMatchObject({ error: { type: "MAX_DEPTH_EXCEEDED" } });
  });
});

test("a hundred states without calls are one step, and the snapshot has the last of them", async () => {
  const text = `
name: m
expression: cel
context: {n: 0}
states:
  s:
    type: initial
    output_to_context: {n: "{{ context.n + 1 }}"}
    transitions: [{condition: context.n >= 100, to: e}, {to: s}]
  e: {type: final}
`;
  const machine = await load(text);
  const program = programOf({ machine, input: {}, depth: 0, executionId: "execution", checkRules });
  const event: Event = { nowMs: 0 };
  const { snapshot, effect } = advance(program, undefined, event);
  expect(effect).toEqual({ type: "end", ended: { output: null } });
  expect(snapshot.step).toBe(101);
  expect(snapshot.trail.length).toBe(32);
});
