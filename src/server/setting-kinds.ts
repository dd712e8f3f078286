// The kinds of settings: how each is parsed, and how its bounds are described.
import { isLoopback } from "../core/loopback.ts";

export type Value = string | number | boolean | readonly string[] | undefined;
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
  const bounds = `${grouped(min)} to ${grouped(max)}`;
  const parse = (value: string) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : { mustBe: `a whole number from ${bounds}` };
  };
  return { environment: environmentName(name), flag: name, default: fallback, about, bounds, parse };
}

/** `65,535`. By hand: toLocaleString loads tables of languages first, which each command would wait for. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
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

/** Without a path, a query or a password. */
export function parsePublicUrl(text: string): { value: string } | { mustBe: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  return isSafe && url.href === `${url.origin}/`
    ? { value: url.origin }
    : { mustBe: "an https URL without a path, or an http one on loopback" };
}

const hostName = /^(\[[0-9a-f:.]+\]|[\w.-]+)$/i;

export function parseHostNames(text: string): { value: readonly string[] } | { mustBe: string } {
  const names = text.split(",").map((name) => name.trim());
  return names.every((name) => hostName.test(name))
    ? { value: names }
    : { mustBe: "host names or addresses, without ports, separated by commas; an IPv6 address in brackets" };
}

const probeHost = /^(\*\.)?(\[[0-9a-f:.]+\]|[\w-]+(\.[\w-]+)*)(:\d{1,5})?$/i;

export function parseProbeHosts(text: string): { value: readonly string[] } | { mustBe: string } {
  const hosts = text.split(",").map((host) => host.trim().toLowerCase());
  return hosts.every((host) => probeHost.test(host))
    ? { value: hosts }
    : { mustBe: "host names or addresses, perhaps with ports, separated by commas; an IPv6 address in brackets" };
}
