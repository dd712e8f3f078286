// The one maker of ids: UUIDv7 of the database's clock, so that ids sort as things happened whatever a server's own
// clock says. Within one millisecond a counter keeps the order.
import { randomFillSync } from "node:crypto";
import { placeAt, placeDigits } from "../../core/ledger-page.ts";

export type Ids = (now: Date) => string;

/** Random bytes are asked for by the page: asked for an id at a time, they cost more than all the rest of it. */
const randomPageBytes = 4_096;

/** The counter fills the 12 bits behind the version and 18 more: a quarter of a billion ids a millisecond. */
const counterBits = 30;
const counterStartBits = 24;
const randomTailBytes = 8;

export function createIds(): Ids {
  let lastMs = 0;
  let counter = 0;
  const bytes = Buffer.alloc(16);
  const page = Buffer.alloc(randomPageBytes);
  let used = randomPageBytes;
  return (now) => {
    const ms = now.getTime();
    if (used === randomPageBytes) {
      randomFillSync(page);
      used = 0;
    }
    page.copy(bytes, 16 - randomTailBytes, used, used + randomTailBytes);
    used += randomTailBytes;
    if (ms !== lastMs) {
      lastMs = ms;
      // Not from zero: servers that make ids in the same millisecond interleave instead of bunching.
      counter = bytes.readUIntBE(8, 3) % 2 ** counterStartBits;
    } else {
      counter = (counter + 1) % 2 ** counterBits;
    }
    const tail = bytes.readUIntBE(10, 6);
    bytes.writeUIntBE(ms, 0, 6);
    bytes.writeUInt16BE(0x7000 | (counter >>> 18), 6);
    // The variant's two bits, then the counter's low 18, then 44 random ones.
    const low = counter & 0x3ffff;
    bytes.writeUInt16BE(0x8000 | (low >>> 4), 8);
    bytes.writeUIntBE((low & 0xf) * 2 ** 44 + (tail % 2 ** 44), 10, 6);
    return format(bytes);
  };
}

/** How many receipts a page of the ledger has at the most, so that reading one does not mean reading thousands. */
const idsPerPage = 1_024;
const placeTexts = Array.from({ length: idsPerPage + 1 }, (_, place) => place.toString(16).padStart(placeDigits, "0"));

/**
 * Ids for one transaction. They begin alike and end in a place: the receipts among them share the page of the ledger
 * that the place 0 stands for.
 */
export function createPageIds(ids: Ids, now: Date): () => string {
  let beginning = "";
  let place = idsPerPage;
  return () => {
    place += 1;
    if (place > idsPerPage) {
      beginning = ids(now).slice(0, placeAt);
      place = 1;
    }
    return beginning + placeTexts[place];
  };
}

function format(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
