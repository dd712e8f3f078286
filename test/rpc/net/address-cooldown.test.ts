// Whoever floods the door again and again is let rest, and nobody else is.
import { expect, test } from "vitest";
import { createAddressCooldown } from "../../../src/rpc/net/address-cooldown.ts";

function scene(cooldownMs = 1_000) {
  const clock = { ms: 0 };
  return { clock, cooldown: createAddressCooldown({ cooldownMs, monotonicMs: () => clock.ms }) };
}

test("an address rests from its second ending on, for as long as was said, and no other does", () => {
  const { clock, cooldown } = scene();
  cooldown.recordFlood("a");
  expect(cooldown.isCoolingDown("a")).toBe(false);
  cooldown.recordFlood("a");
  expect(cooldown.isCoolingDown("a")).toBe(true);
  expect(cooldown.isCoolingDown("b")).toBe(false);
  clock.ms = 999;
  expect(cooldown.isCoolingDown("a")).toBe(true);
  clock.ms = 1_000;
  expect(cooldown.isCoolingDown("a")).toBe(false);
});

test("endings that lie apart are forgiven", () => {
  const { clock, cooldown } = scene();
  for (clock.ms = 0; clock.ms < 10_000; clock.ms += 1_001) {
    cooldown.recordFlood("a");
    expect(cooldown.isCoolingDown("a")).toBe(false);
  }
});

test("no rest at all, where everybody has one address", () => {
  const { cooldown } = scene(0);
  for (let endings = 0; endings < 10; endings += 1) cooldown.recordFlood("a");
  expect(cooldown.isCoolingDown("a")).toBe(false);
});

test("of more addresses than it remembers it forgets those it heard of first", () => {
  const { cooldown } = scene();
  const both = ["first", ...Array.from({ length: 10_000 }, (_, place) => `other ${place}`)];
  for (const address of both) for (let endings = 0; endings < 2; endings += 1) cooldown.recordFlood(address);
  expect(cooldown.isCoolingDown("first")).toBe(false);
  expect(cooldown.isCoolingDown("other 0")).toBe(true);
});
