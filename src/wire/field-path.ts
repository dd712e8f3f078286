// The path of a field from its request down, as refusals name it: `tasks[3].labels["a"]`.

export type Segment = string | number | { readonly key: string };

const pathCharactersMax = 120;

/** Cut, because a map's key can be as long as the caller likes. */
export function pathText(path: readonly Segment[]): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (typeof segment === "object") text += `[${JSON.stringify(segment.key)}]`;
    else text += text === "" ? segment : `.${segment}`;
  }
  return shortened(text, pathCharactersMax);
}

/** What a caller wrote, for a message to it: no longer than `max` characters, and always well-formed. */
export function shortened(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max).toWellFormed()}…` : text.toWellFormed();
}
