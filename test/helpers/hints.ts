// Servers that notify each other: engines on one database, each with notifications, as a server binds them. No wait
// poller runs here unless a test starts one, so a caller that wakes was woken by a hint.
import { randomUUID } from "node:crypto";
import { expect, onTestFinished, vi } from "vitest";
import { keyLength, topicKey } from "../../src/engine/runtime/wakeups.ts";
import { type Notifications, type NotificationsOptions, startNotifications } from "../../src/store/notifications.ts";
import { type Counted, openCountedServer } from "./count-statements.ts";
import { patience } from "./patience.ts";
import { openScenario, type Scenario } from "./scenario.ts";

export const hintsName = "asyncgate-test hints";

/** What the notifications of a server have done. */
export type Noted = {
  readonly logged: string[];
  /** The number of topics of each notification; 0 stands for all topics. */
  readonly sent: number[];
  readonly received: number[];
  everything: number;
};

export type Telling = { readonly notifications: Notifications; readonly noted: Noted };
export type TellingScenario = Scenario & Telling & { readonly counted: Counted };

export function startTelling(databaseUrl: string, options: Partial<NotificationsOptions> = {}): Telling {
  const noted: Noted = { logged: [], sent: [], received: [], everything: 0 };
  const notifications = startNotifications({
    databaseUrl,
    applicationName: hintsName,
    serverId: randomUUID(),
    keyOf: topicKey,
    keyLength,
    onHints: () => {},
    onEverything: () => void noted.everything++,
    log: (_level, event) => void noted.logged.push(event),
    metrics: {
      hintsListening: () => {},
      hintsSent: (topics) => void noted.sent.push(topics),
      hintsReceived: (topics) => void noted.received.push(topics),
    },
    random: () => 0.5,
    ...options,
  });
  onTestFinished(() => notifications.stop());
  return { notifications, noted };
}

/** Two servers that know of each other. */
export async function openTellingTwo(times?: NotificationsOptions["times"]) {
  const one = await openScenario({ oneServer: true });
  const { databaseUrl } = one.database;
  const other = await openScenario({ databaseUrl, clock: one.clock, oneServer: true });
  const tell = (s: Scenario): TellingScenario => {
    const { wakeups } = s.engine;
    const telling = startTelling(databaseUrl, {
      onHints: (keys) => wakeups.wakeKeys(keys),
      ...(times && { times }),
    });
    wakeups.onLocalWake(telling.notifications.tell);
    return { ...s, ...telling, ...openCountedServer(s) };
  };
  const both = [tell(one), tell(other)] as const;
  await haveMet(...both);
  return both;
}

export async function haveMet(...all: readonly Telling[]): Promise<void> {
  await vi.waitFor(
    () => expect(all.map(({ notifications }) => notifications.servers())).toEqual(all.map(() => all.length - 1)),
    patience,
  );
}
