// The kinds of settings: how each is parsed, and how its bounds are described.

export type Value = string | number | boolean | undefined;
export type Setting = {
  /** `ASYNCGATE_…`, except for DATABASE_URL and DATABASE_DIRECT_URL, whose names are customary. */
  readonly environment: string;
  readonly flag: string;
  readonly default: Value;
  readonly about: string;
  /** As in the document: `1 to 65,535`. */
  readonly bounds: string;
  /** The value of the given text, or what it must be. */
  readonly parse: (text: string) => { readonly value: Value } | { readonly mustBe: string };
};

function environmentName(flagName: string): string {
  return `ASYNCGATE_${flagName.replaceAll("-", "_").toUpperCase()}`;
}

export function text(name: string, fallback: string | undefined, about: string): Setting {
  const parse = (value: string) => ({ value });
  return { environment: environmentName(name), flag: name, default: fallback, about, bounds: "", parse };
}

export function whole(name: string, fallback: number, [min, max]: readonly [number, number], about: string): Setting {
  const bounds = `${min.toLocaleString("en")} to ${max.toLocaleString("en")}`;
  const parse = (value: string) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : { mustBe: `a whole number from ${bounds}` };
  };
  return { environment: environmentName(name), flag: name, default: fallback, about, bounds, parse };
}

export function flag(name: string, fallback: boolean, about: string): Setting {
  const parse = (value: string) =>
    value === "true" || value === "false" ? { value: value === "true" } : { mustBe: "true or false" };
  return { environment: environmentName(name), flag: name, default: fallback, about, bounds: "true or false", parse };
}

export function oneOf(name: string, fallback: string, allowed: readonly string[], about: string): Setting {
  const bounds = allowed.join(", ");
  const parse = (value: string) => (allowed.includes(value) ? { value } : { mustBe: `one of ${bounds}` });
  return { environment: environmentName(name), flag: name, default: fallback, about, bounds, parse };
}

export function parsePostgresUrl(value: string): { value: string } | { mustBe: string } {
  return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value)
    ? { value }
    : { mustBe: "a URL of the form postgres://…" };
}
