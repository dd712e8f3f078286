// What was looked up about credentials is remembered for a moment: a busy caller costs one look every few seconds, and
// what has changed holds within 5 s on every server.
import { setBounded } from "../../core/bounded-map.ts";

/** The promise is 5 s; the rest of it is for the look itself, and for streams that are asked about now and then. */
const rememberMs = 4_000;
const rememberedMax = 10_000;

type Remembered<Row> = { readonly row: Promise<Row>; readonly untilMs: number };

export type TtlCache<Row> = (name: string, look: () => Promise<Row>) => Promise<Row>;

export function createTtlCache<Row>(monotonicMs: () => number): TtlCache<Row> {
  const remembered = new Map<string, Remembered<Row>>();
  return (name, look) => {
    const nowMs = monotonicMs();
    const known = remembered.get(name);
    if (known && known.untilMs > nowMs) return known.row;
    const row = look();
    setBounded(remembered, name, { row, untilMs: nowMs + rememberMs }, rememberedMax);
    // A look that failed says nothing.
    row.catch(() => remembered.delete(name));
    return row;
  };
}

/** First and last sight are kept to a minute. */
const touchMs = 60_000;

/** Whether a minute has passed since this was last answered with yes. */
export function createOncePerMinute(monotonicMs: () => number): (name: string) => boolean {
  const touched = new Map<string, number>();
  return (name) => {
    const nowMs = monotonicMs();
    if (nowMs - (touched.get(name) ?? Number.NEGATIVE_INFINITY) <= touchMs) return false;
    setBounded(touched, name, nowMs, rememberedMax);
    return true;
  };
}
