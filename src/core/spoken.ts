// Numbers and times as sentences for people have them.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The unit of a time is the largest of which there are about two. */
const units: readonly (readonly [ms: number, name: string])[] = [
  [2 * day, "d"],
  [2 * hour, "h"],
  [2 * minute, "min"],
  [second, "s"],
];
const msOfUnit: Readonly<Record<string, number>> = { d: day, h: hour, min: minute, s: second };

/** `90 s`, `3 min`, `5 h`, `12 d`: rounded, as people say it. */
export function spokenMs(ms: number): string {
  const [, name] = units.find(([from]) => ms >= from) ?? [];
  return name === undefined ? `${Math.max(Math.round(ms), 0)} ms` : `${Math.round(ms / (msOfUnit[name] ?? 1))} ${name}`;
}

export function spokenSince(then: Date, now: Date): string {
  return spokenMs(now.getTime() - then.getTime());
}

/** `1 lease`, `2 leases`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], word: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  const first = words.slice(0, -1);
  return first.length > 0 ? `${first.join(", ")} ${word} ${last}` : last;
}

/** `Broken: it broke`, to stand in a sentence. */
export function spokenError({ type, message }: { readonly type: string; readonly message: string }): string {
  return message === "" ? type : `${type}: ${message.replace(/\.$/, "")}`;
}
