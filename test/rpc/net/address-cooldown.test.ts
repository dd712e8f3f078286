// Whoever floods the door again and again is let rest, and nobody else is.
import { expect, test } from "vitest";
import { createAddressCooldown } from "../../../src/rpc/net/address-cooldown.ts";

function scene(restMs = 1_000) {
  const clock = { ms: 0 };
  return { clock, unwelcome: createAddressCooldown({ restMs, monotonicMs: () => clock.ms }) };
}

test("an address rests from its second ending on, for as long as was said, and no other does", () => {
  const { clock, unwelcome } = scene();
  unwelcome.note("a");
  expect(unwelcome.is("a")).toBe(false);
  unwelcome.note("a");
  expect(unwelcome.is("a")).toBe(true);
  expect(unwelcome.is("b")).toBe(false);
  clock.ms = 999;
  expect(unwelcome.is("a")).toBe(true);
  clock.ms = 1_000;
  expect(unwelcome.is("a")).toBe(false);
});

test("endings that lie apart are forgiven", () => {
  const { clock, unwelcome } = scene();
  for (clock.ms = 0; clock.ms < 10_000; clock.ms += 1_001) {
    unwelcome.note("a");
    expect(unwelcome.is("a")).toBe(false);
  }
});

test("no rest at all, where everybody has one address", () => {
  const { unwelcome } = scene(0);
  for (let endings = 0; endings < 10; endings += 1) unwelcome.note("a");
  expect(unwelcome.is("a")).toBe(false);
});

test("of more addresses than it remembers it forgets those it heard of first", () => {
  const { unwelcome } = scene();
  const both = ["first", ...Array.from({ length: 10_000 }, (_, place) => `other ${place}`)];
  for (const address of both) for (let endings = 0; endings < 2; endings += 1) unwelcome.note(address);
  expect(unwelcome.is("first")).toBe(false);
  expect(unwelcome.is("other 0")).toBe(true);
});
