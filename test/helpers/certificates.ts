// Certificates for tests, encoded by hand (X.509 in DER): Node can verify certificates but not create them, and
// fixtures would expire.
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

type Bytes = Uint8Array;

function tlv(tag: number, ...parts: readonly Bytes[]): Bytes {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Bytes[]) => tlv(0x30, ...parts);
const set = (...parts: readonly Bytes[]) => tlv(0x31, ...parts);
const octets = (content: Bytes) => tlv(0x04, content);
const text = (tag: number, content: string) => tlv(tag, Buffer.from(content, "utf8"));
const bits = (content: Bytes) => tlv(0x03, Buffer.from([0]), content);
const yes = tlv(0x01, Buffer.from([0xff]));
const object = (hex: string) => tlv(0x06, Buffer.from(hex, "hex"));

const commonName = object("550403");
const basicConstraints = object("551d13");
const subjectAltName = object("551d11");
const ecdsaWithSha256 = sequence(object("2a8648ce3d040302"));

function nameOf(subject: string): Bytes {
  return sequence(set(sequence(commonName, text(0x0c, subject))));
}

function timeOf(date: Date): Bytes {
  return text(0x18, `${date.toISOString().slice(0, 19).replaceAll(/[-T:]/g, "")}Z`);
}

const tagOfName = { DNS: 0x82, URI: 0x86 } as const;
const tagOfAddress = 0x87;

/** `DNS:localhost`, `URI:spiffe://…`, `IP:127.0.0.1`. */
function generalName(name: string): Bytes {
  const colon = name.indexOf(":");
  const [kind, value] = [name.slice(0, colon), name.slice(colon + 1)];
  if (kind === "IP") return tlv(tagOfAddress, Buffer.from(value.split(".").map(Number)));
  return text(tagOfName[kind as keyof typeof tagOfName], value);
}

export type Certificate = { readonly certificate: string; readonly key: string };
export type Authority = Certificate & { readonly subject: string; readonly privateKey: KeyObject };

export type CertificateTerms = {
  readonly subject: string;
  readonly names?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
};

let serial = 1;

function issue(
  by: { subject: string; privateKey: KeyObject } | undefined,
  terms: CertificateTerms,
  isAuthority: boolean,
) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { subject, names = [], from = new Date("2020-01-01Z"), until = new Date("2120-01-01Z") } = terms;
  const extensions = [
    sequence(basicConstraints, yes, octets(isAuthority ? sequence(yes) : sequence())),
    ...(names.length > 0 ? [sequence(subjectAltName, octets(sequence(...names.map(generalName))))] : []),
  ];
  const content = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([++serial])),
    ecdsaWithSha256,
    nameOf(by?.subject ?? subject),
    sequence(timeOf(from), timeOf(until)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", content, by?.privateKey ?? privateKey);
  const bytes = Buffer.from(sequence(content, ecdsaWithSha256, bits(signature))).toString("base64");
  const lines = bytes.match(/.{1,64}/g) ?? [];
  const certificate = ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
  return { certificate, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

export function makeAuthority(subject: string): Authority {
  const made = issue(undefined, { subject }, true);
  return { ...made, subject, privateKey: createPrivateKey(made.key) };
}

export function makeCertificate(authority: Authority, terms: CertificateTerms): Certificate {
  return issue(authority, terms, false);
}
