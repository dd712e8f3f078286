// Addresses that a server may be sent to by what others have written: public ones. All else is refused: this machine,
// its networks, what stands for them in IPv6, and what is of no single machine.
import { assert } from "./assert.ts";

type Range = readonly [address: string, bits: number];

/** What IANA's registries of special-purpose addresses name, and multicast. */
const special4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Of these, an operator may allow private networks and this machine, and never what hands out credentials. */
const never4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
];

/** Only global unicast is public, and of that not what stands for IPv4 or for documentation. */
const special6: readonly Range[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];
const global6: Range = ["2000::", 3];
/** This machine, and private networks. */
const private6: readonly Range[] = [
  ["::1", 128],
  ["fc00::", 7],
];
/** The metadata of a cloud's machines lies in a private network. */
const never6: readonly Range[] = [["fd00:ec2::254", 128]];
const mapped6: Range = ["::ffff:0:0", 96];

export type Reach = { readonly allowPrivate: boolean };

/** Whether the address may be connected to. What is no address may not. */
export function mayConnect(address: string, { allowPrivate }: Reach): boolean {
  const four = bitsOf4(address);
  if (four !== undefined) return mayConnect4(four, allowPrivate);
  const six = bitsOf6(address);
  if (six === undefined) return false;
  if (isIn6(six, mapped6)) return mayConnect4(six & 0xffffffffn, allowPrivate);
  if (never6.some((range) => isIn6(six, range))) return false;
  if (allowPrivate && private6.some((range) => isIn6(six, range))) return true;
  return isIn6(six, global6) && !special6.some((range) => isIn6(six, range));
}

function mayConnect4(address: bigint, allowPrivate: boolean): boolean {
  return !(allowPrivate ? never4 : special4).some((range) => isIn4(address, range));
}

function isIn4(address: bigint, [start, bits]: Range): boolean {
  const from = bitsOf4(start);
  assert(from !== undefined, "a range begins with an address");
  return address >> BigInt(32 - bits) === from >> BigInt(32 - bits);
}

function isIn6(address: bigint, [start, bits]: Range): boolean {
  const from = bitsOf6(start);
  assert(from !== undefined, "a range begins with an address");
  return address >> BigInt(128 - bits) === from >> BigInt(128 - bits);
}

function bitsOf4(text: string): bigint | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

const groups6 = 8;

/** Without a zone: an address with one is of a link, and so of no public network. */
function bitsOf6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = withoutDots(text)?.split("::") ?? [];
  if (more.length > 0 || text === "") return undefined;
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = groups6 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array.from({ length: tail === undefined ? 0 : missing }, () => "0"), ...right];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** An IPv4 address at the end as two groups. */
function withoutDots(text: string): string | undefined {
  const last = text.slice(text.lastIndexOf(":") + 1);
  if (!last.includes(".")) return text;
  const bits = bitsOf4(last);
  if (bits === undefined) return undefined;
  return `${text.slice(0, -last.length)}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}
