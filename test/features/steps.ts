// Steps of scenarios: each is a sentence with places for values, and what it does. A sentence means one step.
import { callerKinds, type World } from "./world.ts";

/** Gets the values of its places, and the text below the step where it has one. */
type Action = (world: World, ...values: string[]) => unknown;

type Step = { readonly sentence: string; readonly pattern: RegExp; readonly action: Action; uses: number };

const steps: Step[] = [];

const places: Readonly<Record<string, string>> = {
  string: '"([^"]*)"',
  who: `((?:${callerKinds.join("|")}) [a-z]+)`,
  word: "([^\\s,]+)",
  words: "([^\\s,]+(?:, [^\\s,]+)*)",
  int: "(\\d+)",
};

/** `{who} takes {string}`: values are the texts at these places. */
export function step(sentence: string, action: Action): void {
  const escaped = sentence.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`^${escaped.replaceAll(/\{(\w+)\}/g, (_all, place: string) => places[place] ?? "")}$`);
  steps.push({ sentence, pattern, action, uses: 0 });
}

export function findStep(text: string): { readonly action: Action; readonly values: readonly string[] } {
  const found = steps.flatMap((one) => {
    const match = one.pattern.exec(text);
    return match ? [{ one, values: match.slice(1) }] : [];
  });
  const [first, second] = found;
  if (!first) throw new Error(`no step is called "${text}"`);
  if (second) throw new Error(`"${text}" is both "${first.one.sentence}" and "${second.one.sentence}"`);
  first.one.uses += 1;
  return { action: first.one.action, values: first.values };
}

/** Sentences that no scenario has. */
export function unusedSteps(): string[] {
  return steps.filter(({ uses }) => uses === 0).map(({ sentence }) => sentence);
}

/** `one, two` */
export function listed(words: string): string[] {
  return words.split(", ");
}

/** Steps that look at a refusal; all others expect that there is none. */
export const refusalStep = /^the (call is refused|refusal) /;
