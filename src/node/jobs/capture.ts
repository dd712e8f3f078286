// What a program prints, in a file that has only so much room: its beginning is kept, and of the rest only the last
// bytes, for the result.
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from "node:fs";
import { type Printed, tailBytesMax } from "./job-result.ts";

export type Capture = {
  /** Returns false when there is no more room, so that a program that prints without end is slowed down. */
  write(chunk: Uint8Array): boolean;
  /** Writes the last bytes beside the file, and flushes both to disk. */
  close(): Printed;
};

export function tailFileOf(file: string): string {
  return `${file}.tail`;
}

export function createCapture(file: string, bytesMax: number): Capture {
  const descriptor = openSync(file, "ax", 0o600);
  const tail = createTail();
  let bytes = 0;
  let kept = 0;
  // A disk that is full takes nothing more, and the job goes on: its log is shorter.
  let isFull = false;
  return {
    write(chunk) {
      bytes += chunk.length;
      tail.add(chunk);
      const part = chunk.subarray(0, bytesMax - kept);
      if (part.length > 0 && !isFull) {
        const written = writeAll(descriptor, part);
        kept += written;
        isFull = written < part.length;
      }
      return kept === bytes;
    },
    close() {
      fsyncSync(descriptor);
      closeSync(descriptor);
      writeFileSync(tailFileOf(file), tail.bytes(), { mode: 0o600, flush: true });
      return { bytes, truncated: kept < bytes };
    },
  };
}

/** How much of it fitted onto the disk. */
function writeAll(descriptor: number, bytes: Uint8Array): number {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOSPC") return written;
      throw error;
    }
  }
  return written;
}

function createTail() {
  let chunks: Uint8Array[] = [];
  let length = 0;
  const bytes = () => {
    const all = Buffer.concat(chunks);
    return all.subarray(Math.max(0, all.length - tailBytesMax));
  };
  return {
    bytes,
    add(chunk: Uint8Array) {
      // A copy: the stream uses its buffers again.
      chunks.push(Uint8Array.from(chunk.subarray(Math.max(0, chunk.length - tailBytesMax))));
      length += chunk.length;
      if (length < 2 * tailBytesMax) return;
      const last = bytes();
      chunks = [Uint8Array.from(last)];
      length = last.length;
    },
  };
}
