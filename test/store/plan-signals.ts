// The part of plan-expectations.ts about signals.
import type { Expectation } from "./plan-expectations.ts";

const key = {
  onChannel: "condition: condition_on_channel (tenant_id, channel)",
  kept: "kept_signal: kept_signal_pkey (tenant_id, channel)",
  broadcast: "broadcast: broadcast_pkey (tenant_id, channel)",
  expiry: "signal_expiry: signal_expiry_pkey (tenant_id, expire_time, signal_id)",
  unresolvedChannel: "unresolved_channel: unresolved_channel_pkey (tenant_id, channel)",
  signal: "signal: signal_pkey (tenant_id, signal_id)",
  taken: "signal_taken: signal_taken_pkey (tenant_id, task_id)",
  tenants: "tenant: tenant_pkey ()",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });

/** Among all that is polled. */
export const polledSignals = [
  "unresolved_channel: unresolved_channel_pkey (tenant_id)",
  "broadcast: broadcast_pkey (tenant_id)",
] as const;

export const signalPlans: Readonly<Record<string, Expectation>> = {
  ReadKept: { ...by(key.kept), sortsItsAnswer: true },
  ReadWaitedFor: by(key.onChannel),
  PickConditionsOnChannel: by(key.onChannel),
  ReadLastBroadcast: by(key.broadcast),
  CountConditionsOnChannel: by(key.onChannel),
  CountKept: by(key.kept),
  DeleteKept: by(key.signal, "signal: ctid", key.kept, "kept_signal: ctid", key.expiry, "signal_expiry: ctid"),
  ReadTaken: { ...by(key.taken, key.signal), sortsItsAnswer: true },
  ListTaken: { ...by(key.taken, key.signal), sortsItsAnswer: true },
  ListKept: by(key.kept, key.signal),
  ListWaiting: by(key.onChannel),
  IsOfTree: by("task: task_pkey (tenant_id, task_id)", "lease: lease_of_worker (tenant_id, worker)"),
  DeleteUnresolvedChannel: by(key.unresolvedChannel, "unresolved_channel: ctid"),
  PickUnresolvedChannels: by("unresolved_channel: unresolved_channel_pkey (tenant_id)", key.tenants),
  PickBroadcasts: by("broadcast: broadcast_pkey (tenant_id)", key.tenants),
  DeleteBroadcast: by(key.broadcast, "broadcast: ctid"),
  PickExpiredSignals: by(
    "signal_expiry: signal_expiry_pkey (tenant_id, expire_time)",
    key.signal,
    "condition: condition_of_signal (tenant_id, receipt_id)",
    key.tenants,
  ),
  DeleteExpiries: by(key.expiry, "signal_expiry: ctid"),
  DeleteSignals: by(key.signal, "signal: ctid", key.kept, "kept_signal: ctid"),
  CountKeptSignals: by("kept_signal: kept_signal_pkey (tenant_id)"),
};
