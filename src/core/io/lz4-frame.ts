import { LabError } from "../errors";

const MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x80000000;

/**
 * Unpacks LZ4 frames, the default compression of Feather files. Checksums are skipped: Arrow knows the length.
 *
 * @throws LabError("format") if the bytes are no LZ4 frame or end too early
 * Source: the LZ4 frame format 1.6 and block format. Frames that follow one another are joined.
 */
export function decodeLz4Frames(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = growing(bytes.length * 4);
  let at = 0;
  try {
    while (at < bytes.length) at = frame(bytes, view, at, out);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw damaged("it ends in the middle");
  }
  return out.take();
}

function frame(bytes: Uint8Array, view: DataView, start: number, out: Growing): number {
  if (view.getUint32(start, true) !== MAGIC) throw damaged("no LZ4 frame");
  const flags = view.getUint8(start + 4);
  const [blockChecksum, contentSize, contentChecksum, dictionary] = [flags & 16, flags & 8, flags & 4, flags & 1];
  if (flags >> 6 !== 1) throw damaged("an unknown version of LZ4");
  let at = start + 6 + (contentSize ? 8 : 0) + (dictionary ? 4 : 0) + 1;
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return at + (contentChecksum ? 4 : 0);
    const length = word & ~UNCOMPRESSED;
    if (at + length > bytes.length) throw damaged("it ends in the middle");
    const block = bytes.subarray(at, at + length);
    if ((word & UNCOMPRESSED) !== 0) out.append(block);
    else decodeBlock(block, out);
    at += length + (blockChecksum ? 4 : 0);
  }
}

// A block is a row of sequences: literal bytes, then a match copied from up to 64 kB back in the output.
function decodeBlock(block: Uint8Array, out: Growing): void {
  let at = 0;
  const extended = (length: number): number => {
    if (length < 15) return length;
    for (;;) {
      if (at >= block.length) throw damaged("a sequence has no end");
      const more = block[at++];
      length += more;
      if (more !== 255) return length;
    }
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw damaged("a sequence is too long");
    out.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return; // the last sequence has no match
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    out.repeat(distance, extended(token & 15) + 4);
  }
}

interface Growing {
  append(bytes: Uint8Array): void;
  /** Appends `length` bytes from `distance` back; they may overlap what they produce. */
  repeat(distance: number, length: number): void;
  take(): Uint8Array;
}

function growing(guess: number): Growing {
  let buffer = new Uint8Array(Math.max(64, guess));
  let size = 0;
  const reserve = (more: number) => {
    if (size + more <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, size + more));
    larger.set(buffer.subarray(0, size));
    buffer = larger;
  };
  return {
    append(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, size);
      size += bytes.length;
    },
    repeat(distance, length) {
      if (distance === 0 || distance > size) throw damaged("a match points outside");
      reserve(length);
      if (distance >= length) buffer.copyWithin(size, size - distance, size - distance + length);
      else for (let k = 0; k < length; k++) buffer[size + k] = buffer[size + k - distance];
      size += length;
    },
    take: () => buffer.slice(0, size),
  };
}

function damaged(why: string): LabError {
  return new LabError("format", `A compressed part of the file is damaged: ${why}.`, "Copy or export the file again.");
}
