// What is wrong with a document: where, by path, and in words.
export type Path = readonly (string | number)[];

export type Fault = {
  /** As people write it: `states.draft.transitions[0].to`. Empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  /** From 1. Undefined if the document did not come as text. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
};

export type RawFault = { readonly path: Path; readonly message: string };

const plainName = /^[A-Za-z_][A-Za-z0-9_-]*$/;

export function pathOf(path: Path): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (plainName.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

/** The path of a field as the checks of the contract's rules tell it. */
export function pathFrom(text: string): (string | number)[] {
  const segments = text.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g);
  return [...segments].map(([, index, key, name]) => {
    if (index !== undefined) return Number(index);
    return key === undefined ? (name ?? "") : (JSON.parse(`"${key}"`) as string);
  });
}
