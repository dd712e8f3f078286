// Amounts of what is spent: decimal numbers as text on the wire and as whole billionths here. Sums of these are exact
// in every language; of floating-point numbers they are not, and depend on the order.

/** By unit: `usd`, `tokens`. */
export type Amounts = ReadonlyMap<string, bigint>;
export type AmountTexts = Readonly<Record<string, string>>;

const decimals = 9;
const scale = 10n ** BigInt(decimals);

/** The contract's rule has checked the form: digits, and perhaps a point with digits behind it. */
export function parseAmount(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole) * scale + BigInt(fraction.padEnd(decimals, "0"));
}

/** Without zeros that say nothing, so that one amount has one text. */
export function formatAmount(amount: bigint): string {
  const fraction = String(amount % scale)
    .padStart(decimals, "0")
    .replace(/0+$/, "");
  return fraction === "" ? String(amount / scale) : `${amount / scale}.${fraction}`;
}

export function amountsOf(texts: AmountTexts): Amounts {
  return new Map(Object.entries(texts).map(([unit, text]) => [unit, parseAmount(text)]));
}

export function addAmounts(one: Amounts, other: Amounts): Amounts {
  const sums = new Map(one);
  for (const [unit, amount] of other) sums.set(unit, (sums.get(unit) ?? 0n) + amount);
  return sums;
}

export function isEmpty(texts: AmountTexts): boolean {
  for (const _unit in texts) return false;
  return true;
}

/** Units of which there is more than is allowed, in their order. */
export function unitsBeyond(amounts: Amounts, most: Amounts): string[] {
  return [...amounts].flatMap(([unit, amount]) => (amount > (most.get(unit) ?? amount) ? [unit] : [])).sort();
}
