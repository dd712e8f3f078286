// An address whose connections flood the server twice is in cooldown for a while, and no other address is.
import { expect, test } from "vitest";
import { createAddressCooldown } from "../../../src/rpc/net/address-cooldown.ts";

function scene(cooldownMs = 1_000) {
  const clock = { ms: 0 };
  return { clock, cooldown: createAddressCooldown({ cooldownMs, monotonicMs: () => clock.ms }) };
}

test("the second flood starts the cooldown of its address, and of no other", () => {
  const { clock, cooldown } = scene();
  expect(cooldown.recordFlood("a")).toBe("first");
  expect(cooldown.remainingMs("a")).toBe(0);
  expect(cooldown.recordFlood("a")).toBe("started");
  expect(cooldown.remainingMs("a")).toBe(1_000);
  expect(cooldown.remainingMs("b")).toBe(0);
  clock.ms = 999;
  expect(cooldown.remainingMs("a")).toBe(1);
  clock.ms = 1_000;
  expect(cooldown.remainingMs("a")).toBe(0);
});

test("a flood during the cooldown extends it", () => {
  const { clock, cooldown } = scene();
  for (let floods = 0; floods < 2; floods += 1) cooldown.recordFlood("a");
  clock.ms = 900;
  expect(cooldown.recordFlood("a")).toBe("extended");
  clock.ms = 1_899;
  expect(cooldown.remainingMs("a")).toBe(1);
});

test("floods that lie apart start no cooldown", () => {
  const { clock, cooldown } = scene();
  for (clock.ms = 0; clock.ms < 10_000; clock.ms += 1_001) {
    expect(cooldown.recordFlood("a")).toBe("first");
    expect(cooldown.remainingMs("a")).toBe(0);
  }
});

test("with a cooldown of 0 no address is ever in one", () => {
  const { cooldown } = scene(0);
  for (let floods = 0; floods < 10; floods += 1) cooldown.recordFlood("a");
  expect(cooldown.remainingMs("a")).toBe(0);
});

test("of more addresses than it remembers it forgets those whose last flood is longest ago", () => {
  const { cooldown } = scene();
  const all = ["first", ...Array.from({ length: 10_000 }, (_, index) => `other ${index}`)];
  for (const address of all) for (let floods = 0; floods < 2; floods += 1) cooldown.recordFlood(address);
  expect(cooldown.remainingMs("first")).toBe(0);
  expect(cooldown.remainingMs("other 0")).toBe(1_000);
});
