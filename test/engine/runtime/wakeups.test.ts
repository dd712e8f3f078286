// Wakeups: who waits hears, once, what it asked for, and leaves nothing behind.
import { expect, test } from "vitest";
import { createWakeups, topicKey } from "../../../src/engine/runtime/wakeups.ts";

const foreverMs = 50_000;
const never = new AbortController().signal;

test("a subscription hears of each topic it has added, until it removes it", () => {
  const wakeups = createWakeups();
  const heard: string[] = [];
  const subscription = wakeups.subscribe((topic) => void heard.push(topic));
  subscription.add("a");
  subscription.add("a");
  subscription.add("b");
  for (const topic of ["a", "b", "c"]) wakeups.wake(topic);
  subscription.remove("a");
  subscription.remove("a");
  for (const topic of ["a", "b"]) wakeups.wake(topic);
  expect(heard).toEqual(["a", "b", "b"]);
});

test("two subscriptions to one topic are two, though they share a function", () => {
  const wakeups = createWakeups();
  const heard: string[] = [];
  const hear = (topic: string) => void heard.push(topic);
  const [one, other] = [wakeups.subscribe(hear), wakeups.subscribe(hear)];
  one.add("a");
  other.add("a");
  wakeups.wake("a");
  one.close();
  wakeups.wake("a");
  expect(heard).toEqual(["a", "a", "a"]);
});

test("a closed subscription hears nothing, not even the hint that closed it, and takes no topics", () => {
  const wakeups = createWakeups();
  const heard: string[] = [];
  const first = wakeups.subscribe((topic) => {
    heard.push(topic);
    second.close();
  });
  const second = wakeups.subscribe(() => void heard.push("the closed one"));
  first.add("a");
  second.add("a");
  wakeups.wake("a");
  second.add("a");
  wakeups.wake("a");
  expect(heard).toEqual(["a", "a"]);
});

test("a thousand who wait for one topic all wake at one hint, and a subscription beside them", async () => {
  const wakeups = createWakeups();
  let heard = 0;
  wakeups.subscribe(() => void heard++).add("a");
  const waits = Array.from({ length: 1_000 }, () => wakeups.wait(["a", "b"], foreverMs, never));
  wakeups.wake("a");
  await Promise.all(waits);
  expect(heard).toBe(1);
});

test("the key of a topic wakes those who listen to it, and not those who have stopped", () => {
  const wakeups = createWakeups();
  const heard: string[] = [];
  const subscription = wakeups.subscribe((topic) => void heard.push(topic));
  for (const topic of ["a", "b", "c"]) subscription.add(topic);
  subscription.remove("a");
  wakeups.wakeKeys(["a", "b", "other"].map(topicKey));
  subscription.remove("b");
  subscription.add("a");
  wakeups.wakeKeys(["a", "b", "c"].map(topicKey));
  expect(heard).toEqual(["b", "a", "c"]);
});
