// Amounts of what is spent: decimal numbers, sent as text, so that no language rounds them. They are added here as
// whole billionths, as the server adds them.

/** By unit. A fraction is a text, `{ usd: "0.12" }`: numbers of a program cannot hold most fractions exactly. */
export type AmountsInit = Readonly<Record<string, string | number | bigint>>;
export type Amounts = Readonly<Record<string, string>>;

const decimals = 9;
const scale = 10n ** BigInt(decimals);
const shape = /^(0|[1-9]\d{0,17})(\.\d{1,9})?$/;

/** Throws a RangeError for what is no amount, where it was written. */
export function amountsOf(init: AmountsInit): Amounts {
  return Object.fromEntries(Object.entries(init).map(([unit, amount]) => [unit, textOf(unit, amount)]));
}

function textOf(unit: string, amount: string | number | bigint): string {
  if (typeof amount === "number" && !Number.isSafeInteger(amount)) {
    throw new RangeError(`${amount} ${unit} is not exact as a number: write it as a text, such as "0.12"`);
  }
  const text = String(amount);
  if (shape.test(text)) return text;
  throw new RangeError(`"${text}" ${unit} is no amount: at most 18 digits, and 9 behind a point`);
}

export function addAmounts(one: Amounts, other: Amounts): Amounts {
  const sums: Record<string, string> = { ...one };
  for (const [unit, amount] of Object.entries(other))
    sums[unit] = formatted(parsed(sums[unit] ?? "0") + parsed(amount));
  return sums;
}

function parsed(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole) * scale + BigInt(fraction.padEnd(decimals, "0"));
}

function formatted(amount: bigint): string {
  const fraction = String(amount % scale)
    .padStart(decimals, "0")
    .replace(/0+$/, "");
  return fraction === "" ? String(amount / scale) : `${amount / scale}.${fraction}`;
}
