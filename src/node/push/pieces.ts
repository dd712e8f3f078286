// Tells of files that may still grow, piece by piece, each from an offset on: the files are the buffer, and a piece
// waits for its reader.
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

export type Piece = { readonly stream: string; readonly offset: number; readonly data: Uint8Array<ArrayBuffer> };

export type FileSource = { readonly stream: string; readonly file: string; offset: number };

export function fileSource(stream: string, file: string, offset: number): FileSource {
  return { stream, file, offset };
}

const pieceBytesMax = 65_536;
const lookMs = 100;
/** Shorter than a reader waits before it takes the node for gone. */
const aliveMs = 5_000;

/** Until `isOver` and all is told. Throws the reason of the signal. */
export async function* pieces(
  sources: readonly FileSource[],
  isOver: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<(Piece & { readonly type: "output" }) | { readonly type: "alive" }> {
  const handles = new Map<FileSource, FileHandle>();
  let silentMs = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const wasOver = isOver();
      let hasMore = false;
      for (const source of sources) {
        const data = await read(source, handles);
        if (data === undefined) continue;
        hasMore = true;
        const { stream, offset } = source;
        source.offset += data.length;
        yield { type: "output", stream, offset, data };
      }
      if (hasMore) {
        silentMs = 0;
        continue;
      }
      if (wasOver) return;
      await pause(lookMs, undefined, { signal }).catch(() => {});
      silentMs += lookMs;
      if (silentMs < aliveMs) continue;
      silentMs = 0;
      yield { type: "alive" };
    }
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}

/** Undefined if there is nothing yet: a job whose sandbox was not set up has no such file. */
async function read(source: FileSource, handles: Map<FileSource, FileHandle>) {
  const handle = handles.get(source) ?? (await openIfThere(source.file));
  if (!handle) return undefined;
  handles.set(source, handle);
  const { buffer, bytesRead } = await handle.read(new Uint8Array(pieceBytesMax), 0, pieceBytesMax, source.offset);
  return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
