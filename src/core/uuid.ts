// Uuids between their text and their bytes: columns, tokens. Read and written digit by digit, without a text between.

export const uuidBytes = 16;
const uuidLength = 36;
/** The value of a hexadecimal digit by its character code; every other character has a bit above the fourth. */
const noDigit = 0x80;
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? noDigit : value;
});
/** The position of the two digits of each byte, between the dashes. */
const positions = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

export function writeUuid(buffer: Uint8Array, value: string, at: number): void {
  let seen = value.length === uuidLength ? 0 : noDigit;
  for (let index = 0; index < uuidBytes; index += 1) {
    const position = positions[index] as number;
    const high = digits[value.charCodeAt(position)] ?? noDigit;
    const low = digits[value.charCodeAt(position + 1)] ?? noDigit;
    seen |= high | low;
    buffer[at + index] = (high << 4) | low;
  }
  if (seen >= noDigit) throw new TypeError(`"${value}" is not a uuid of 36 characters`);
}

/** Of the bytes from `at` on. */
export function readUuid(buffer: Buffer, at: number): string {
  const hex = buffer.toString("hex", at, at + uuidBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
