// The headers of a model's answer, and the times in them. Times are relative to the answer's own `date`, so reading an
// answer needs no clock.

export type AnswerHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export function headersOf(headers: AnswerHeaders): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  if (headers instanceof Headers) {
    headers.forEach((value, name) => void read.set(name.toLowerCase(), value));
    return read;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) read.set(name.toLowerCase(), typeof value === "string" ? value : value.join(", "));
  }
  return read;
}

const msOfUnit: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `6m0s`, `17ms`, `1.5s`; a number alone is in seconds. Undefined if it is none of these. */
export function msOfSpan(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 40) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return msOf(Number(text), 1_000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count = "0", unit = "s"] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    sum += msOf(Number(count), msOfUnit[unit] ?? 0);
  }
  return sum;
}

/** Rounded up, as who comes too early is refused again; but not because a sum of fractions is not exact. */
function msOf(count: number, unit: number): number {
  return Math.ceil(count * unit - 1e-6);
}

/** How long after the answer's date. Undefined if one of the two is no time. */
export function msUntil(time: string | undefined, headers: ReadonlyMap<string, string>): number | undefined {
  const untilMs = Date.parse(time ?? "");
  const nowMs = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(untilMs) || Number.isNaN(nowMs) ? undefined : Math.max(0, untilMs - nowMs);
}

/** `retry-after-ms`, which some send because it is finer, or `retry-after` as seconds or as a date. */
export function retryAfterMs(headers: ReadonlyMap<string, string>): number | undefined {
  const fine = headers.get("retry-after-ms");
  if (fine !== undefined && /^\d+(\.\d+)?$/.test(fine)) return msOf(Number(fine), 1);
  const plain = headers.get("retry-after");
  return msOfSpan(plain) ?? msUntil(plain, headers);
}

/** A count in a header. Undefined if it is none. */
export function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
