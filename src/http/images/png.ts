import { crc32, deflateSync } from 'node:zlib';

/** How squares become pixels. */
export interface Layout {
  /** Pixels along the side of a square. */
  scale: number;
  /** White squares around the picture. */
  margin: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const WHITE_BYTE = 0xff;

/**
 * A picture of `size` × `size` black and white squares as PNG, with one bit a pixel (PNG specification, third edition, 11.2).
 */
export function squaresPng(
  size: number,
  isDark: (row: number, column: number) => boolean,
  { scale, margin }: Layout,
): Buffer {
  const width = (size + 2 * margin) * scale;
  const white = line(width, () => false);
  const frame = Array.from({ length: margin * scale }, () => white);
  const rows = Array.from({ length: size }, (_, row) => {
    const squares = line(width, (x) => {
      const column = Math.floor(x / scale) - margin;
      return column >= 0 && column < size && isDark(row, column);
    });
    return Array.from({ length: scale }, () => squares);
  });
  const pixels = deflateSync(Buffer.concat([...frame, ...rows.flat(), ...frame]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header(width)),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A row of pixels behind the number of its filter, which is none. */
function line(width: number, isDark: (x: number) => boolean): Buffer {
  const bytes = Buffer.alloc(1 + Math.ceil(width / 8), WHITE_BYTE);
  bytes[0] = 0;
  for (let x = 0; x < width; x += 1) {
    const at = 1 + (x >> 3);
    if (isDark(x)) bytes[at] = (bytes[at] ?? WHITE_BYTE) & ~(0x80 >> (x & 7));
  }
  return bytes;
}

/** Width, height, one bit of gray a pixel, and the usual compression, filters and order. */
function header(width: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(width, 4);
  bytes[8] = 1;
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
