// Which address a URL that others have written may be connected to: its host is among those of a setting, and all of
// its addresses, looked up once, are public. The connection is then made to the address that was checked.
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { isAllowedHost } from "../core/allowed-hosts.ts";
import { mayConnect } from "../core/public-address.ts";

export type ReachOptions = {
  /** In lower case: `painter.example`, `*.example`, `10.0.0.7:8080`. */
  readonly hosts: readonly string[];
  /** Whether they may be this machine, or in a private network. */
  readonly allowPrivate: boolean;
  /** If absent, those of the system. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
};

export async function checkedAddress(
  url: URL,
  options: ReachOptions,
): Promise<{ readonly address: string } | { readonly problem: string }> {
  if (!isAllowedHost(url, options.hosts)) return { problem: "is not among the hosts that may be reached" };
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await (options.resolve ?? resolveAll)(host);
  const [address] = addresses;
  if (address === undefined) return { problem: "has no address" };
  // One that may not be connected to is reason enough: the next lookup could give that one.
  if (addresses.every((one) => mayConnect(one, options))) return { address };
  return { problem: "has an address that may not be connected to" };
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Finds this address for each name. */
export function pinnedLookup(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, asked, callback) => {
    if (asked.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
