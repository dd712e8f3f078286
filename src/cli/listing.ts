// What there is to say about commands without loading them: generated from them, and checked to be so.
import listed from "./listing.gen.json" with { type: "json" };

export type Listed = {
  readonly name: string;
  readonly usage: string;
  readonly about: string;
  readonly details: readonly string[];
  readonly takesServerFlags: boolean;
  readonly isInternal: boolean;
};

export type Listing = {
  readonly commands: readonly Listed[];
  /** Those that are made of the contract's methods, with the service of each. */
  readonly calls: readonly (Listed & { readonly service: string })[];
};

export const listing: Listing = listed;
