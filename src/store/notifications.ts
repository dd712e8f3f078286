/**
 * Hints between servers, over LISTEN and NOTIFY. They say "look again" and never what there is; a server without them
 * only looks later. Hints that gather are sent together, by themselves and on the listening connection: a commit that
 * notifies holds a lock that all others of its kind wait for, so no transaction that works may be one. Nothing is
 * gathered as long as no other server is heard.
 */
import { startListener } from "./listener.ts";

export type NotificationsOptions = {
  /** Reaches Postgres directly. */
  readonly databaseUrl: string;
  readonly applicationName: string;
  /** Tells this server from the others; of no blanks. */
  readonly serverId: string;
  /** What a topic is called among servers: of `keyLength` characters. */
  readonly keyOf: (topic: string) => string;
  readonly keyLength: number;
  readonly onHints: (keys: readonly string[]) => void;
  /** Too much has changed to be told, or something may have been missed: look at everything. */
  readonly onEverything: () => void;
  readonly log: (level: "info" | "warn", event: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly metrics?: NotificationMetrics;
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly times?: Partial<typeof defaultTimes>;
};

export type NotificationMetrics = {
  hintsListening(isListening: boolean, servers: number): void;
  /** One notification, of so many topics; 0 says "look at everything". */
  hintsSent(topics: number): void;
  hintsReceived(topics: number): void;
};

export type Notifications = {
  /** Gathers a hint for the others. */
  tell(topic: string): void;
  /** How many others were heard of lately. */
  servers(): number;
  isListening(): boolean;
  stop(): Promise<void>;
};

const defaultTimes = {
  /** The shortest time between two notifications; the first after a pause goes at once. */
  gapMs: 5,
  /** After one that says "look at everything", which is dear for those who hear it. */
  everythingGapMs: 100,
  beatMs: 15_000,
  /** Whoever was not heard for so long is gone: it has missed two beats. */
  goneMs: 40_000,
  patienceMs: 5_000,
  retryMinMs: 250,
  retryMaxMs: 15_000,
};

/** Changes with the form of the messages; others are left unread. */
const form = "1";
/** Postgres takes less than 8,000 bytes; the head of a message has room in the rest. */
const keysBytesMax = 7_900;

type What = "hello" | "here" | "bye" | "look" | "everything";
type Send = (what: What, keys?: string) => Promise<void>;

export function startNotifications(options: NotificationsOptions): Notifications {
  const times = { ...defaultTimes, ...options.times };
  /** When each other server was heard of last. */
  const others = new Map<string, number>();
  const message = (what: What, keys = "") => `${form} ${options.serverId} ${what} ${keys}`;
  const send: Send = (what, keys) => listener.send(message(what, keys));
  const gatherer = createHintBatcher(options, times, send);
  let isLost = false;

  function showState(isListening: boolean): void {
    options.metrics?.hintsListening(isListening, others.size);
  }

  function receive(text: string): void {
    const [itsForm, sender, what, keys = ""] = text.split(" ");
    if (itsForm !== form || sender === undefined || sender === options.serverId) return;
    if (what === "bye") others.delete(sender);
    else others.set(sender, performance.now());
    showState(true);
    // Whoever comes must not wait for the next beat to learn who is there. A lost answer is made up for by that.
    if (what === "hello") void send("here").catch(() => undefined);
    if (what === "everything") options.onEverything();
    if (what === "look") options.onHints(cut(keys, options.keyLength));
    if (what === "everything" || what === "look") options.metrics?.hintsReceived(keys.length / options.keyLength);
  }

  showState(false);
  const listener = startListener({
    ...options,
    times,
    channel: "asyncgate_hints",
    greeting: message("hello"),
    beat: message("here"),
    farewell: message("bye"),
    onMessage: receive,
    onListening() {
      showState(true);
      if (isLost) options.log("info", "hints_back", {});
      // What was told meanwhile has gone by.
      if (isLost) options.onEverything();
      isLost = false;
    },
    onLost(error) {
      others.clear();
      showState(false);
      // Once, however often it fails from then on.
      if (!isLost)
        options.log("warn", "hints_lost", { error: String(error), consequence: "other servers are seen later" });
      isLost = true;
    },
    onBeat() {
      for (const [other, heardMs] of others) if (performance.now() - heardMs > times.goneMs) others.delete(other);
      showState(true);
    },
  });
  return {
    tell(topic) {
      if (others.size > 0 && listener.isListening()) gatherer.add(topic);
    },
    servers: () => others.size,
    isListening: listener.isListening,
    async stop() {
      gatherer.stop();
      await listener.stop();
    },
  };
}

/** Sends what has gathered, each topic once; more than a message takes becomes "look at everything". */
function createHintBatcher(
  { keyOf, keyLength, metrics }: NotificationsOptions,
  { gapMs, everythingGapMs }: typeof defaultTimes,
  send: Send,
) {
  const keysMax = Math.floor(keysBytesMax / keyLength);
  const gathered = new Set<string>();
  let isTooMuch = false;
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;
  let notBeforeMs = 0;

  async function flush(): Promise<void> {
    const keys = isTooMuch ? [] : [...gathered].map(keyOf);
    gathered.clear();
    isTooMuch = false;
    try {
      await (keys.length > 0 ? send("look", keys.join("")) : send("everything"));
      metrics?.hintsSent(keys.length);
    } catch {
      // The connection is lost, and that is told where it is made again. The others find out by themselves.
    }
    notBeforeMs = performance.now() + (keys.length > 0 ? gapMs : everythingGapMs);
    isBusy = false;
    if (gathered.size > 0) schedule();
  }

  function schedule(): void {
    if (isBusy) return;
    isBusy = true;
    timer = setTimeout(() => void flush(), Math.max(notBeforeMs - performance.now(), 0));
  }

  return {
    add(topic: string): void {
      if (gathered.size < keysMax) gathered.add(topic);
      else if (!gathered.has(topic)) isTooMuch = true;
      schedule();
    },
    stop(): void {
      // From here on it is always busy.
      isBusy = true;
      clearTimeout(timer);
    },
  };
}

function cut(text: string, length: number): string[] {
  return Array.from({ length: Math.floor(text.length / length) }, (_, place) =>
    text.slice(place * length, (place + 1) * length),
  );
}
