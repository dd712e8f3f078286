// Every expression and template of a machine: that it can be compiled, reads variables that exist at its place, and
// keeps to the form that the document asks for.
import type { JsonValue } from "@bufbuild/protobuf";
import { ExpressionKind, type Machine, type State } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { Path, RawFault } from "../document/faults.ts";
import { compile, ExpressionError } from "../expressions/cel.ts";
import { expressionsOf } from "../expressions/templates.ts";
import { jsonOf, outcomeVariables, stateVariables } from "../interpreter/variables.ts";

/** Of all expressions of a machine: some 7 µs are needed for each. */
const bytesMax = 65_536;

type Placed = { readonly path: Path; readonly expression: string; readonly variables: readonly string[] };

export function expressionFaults(machine: Machine): RawFault[] {
  const isSimple = machine.expression !== ExpressionKind.CEL;
  const context = templates(["context"], (machine.context ?? {}) as JsonValue, ["input", "execution"]);
  const states = Object.entries(machine.states).flatMap(([name, state]): (Placed | RawFault)[] => {
    try {
      return placed(["states", name], state);
    } catch (error) {
      return [broken(["states", name], error)];
    }
  });
  const all = [...guarded(context), ...states];
  const bytes = all.reduce((sum, one) => sum + ("expression" in one ? Buffer.byteLength(one.expression) : 0), 0);
  if (bytes > bytesMax) {
    return [{ path: [], message: `all expressions have ${bytes} bytes together, of at most ${bytesMax}` }];
  }
  return all.flatMap((one) => ("message" in one ? [one] : faultsOf(one, isSimple)));
}

function guarded(found: () => readonly Placed[]): readonly (Placed | RawFault)[] {
  try {
    return found();
  } catch (error) {
    return [broken(["context"], error)];
  }
}

function broken(path: Path, error: unknown): RawFault {
  if (error instanceof ExpressionError) return { path, message: error.message };
  throw error;
}

function templates(path: Path, template: JsonValue | undefined, variables: readonly string[]): () => Placed[] {
  return () =>
    expressionsOf(template ?? null, path).map(({ path: at, expression }) => ({ path: at, expression, variables }));
}

/** Throws for a template that is not closed. */
function placed(path: Path, state: State): Placed[] {
  const own = state.foreach === "" ? [] : [state.as || "item", "index"];
  const before = [...stateVariables, ...own];
  const found: Placed[] = [
    ...templates([...path, "input"], jsonOf(state.input), before)(),
    ...templates([...path, "launch_input"], jsonOf(state.launchInput), stateVariables)(),
    ...templates([...path, "output"], jsonOf(state.output), stateVariables)(),
    ...templates([...path, "wait_for", "channel"], state.waitFor?.channel, stateVariables)(),
  ];
  if (state.foreach !== "")
    found.push({ path: [...path, "foreach"], expression: state.foreach, variables: stateVariables });
  if (state.key !== "") found.push({ path: [...path, "key"], expression: state.key, variables: before });
  for (const field of ["question", "text", "addressee"] as const) {
    found.push(...templates([...path, "ask", field], state.ask?.[field], stateVariables)());
  }
  found.push(...ofAgents(path, state));
  state.machine.forEach(({ input }, at) => {
    found.push(...templates([...path, "machine", at, "input"], jsonOf(input), before)());
  });
  for (const [key, template] of Object.entries(state.outputToContext)) {
    found.push(...templates([...path, "output_to_context", key], jsonOf(template), outcomeVariables)());
  }
  state.transitions.forEach(({ condition }, at) => {
    const where = [...path, "transitions", at, "condition"];
    if (condition !== "") found.push({ path: where, expression: condition, variables: outcomeVariables });
  });
  return found;
}

/** What decides about answers of agents. */
function ofAgents(path: Path, { execution, policy }: State): Placed[] {
  const vote = execution?.kind.case === "mdapVoting" ? execution.kind.value : undefined;
  const first = policy?.kind.case === "singleFirst" ? policy.kind.value : undefined;
  const found: (readonly [Path, string | undefined])[] = [
    [["execution", "mdap_voting", "normalize"], vote?.normalize],
    [["execution", "mdap_voting", "valid_when"], vote?.validWhen],
    [["policy", "single_first", "accept_when"], first?.acceptWhen],
  ];
  return found.flatMap(([at, expression]) =>
    expression ? [{ path: [...path, ...at], expression, variables: outcomeVariables }] : [],
  );
}

function faultsOf({ path, expression, variables }: Placed, isSimple: boolean): RawFault[] {
  try {
    const { variables: read, beyondSimple } = compile(expression);
    const unknown = [...read].filter((name) => !variables.includes(name));
    const faults = unknown.map((name) => ({
      path,
      message: `${expression}: there is no variable ${name} here; there are ${variables.join(", ")}`,
    }));
    if (isSimple && beyondSimple.size > 0) {
      const what = [...beyondSimple].join(", ");
      faults.push({ path, message: `${expression}: ${what} needs \`expression: cel\` in the document` });
    }
    return faults;
  } catch (error) {
    return [broken(path, error)].map((one) => ({ path: one.path, message: `${expression}: ${one.message}` }));
  }
}
