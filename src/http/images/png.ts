import { crc32, deflateSync } from 'node:zlib';

/** How modules become pixels. */
export interface Layout {
  /** The side of a module in pixels. */
  scale: number;
  /** The width of the white border in modules. */
  margin: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const WHITE_BYTE = 0xff;

/** Renders `size` × `size` black and white modules as a PNG with one bit per pixel (PNG specification, third edition, 11.2). */
export function modulesPng(
  size: number,
  isDark: (row: number, column: number) => boolean,
  { scale, margin }: Layout,
): Buffer {
  const width = (size + 2 * margin) * scale;
  const white = scanline(width, () => false);
  const border = Array.from({ length: margin * scale }, () => white);
  const rows = Array.from({ length: size }, (_, row) => {
    const pixels = scanline(width, (x) => {
      const column = Math.floor(x / scale) - margin;
      return column >= 0 && column < size && isDark(row, column);
    });
    return Array.from({ length: scale }, () => pixels);
  });
  const data = deflateSync(Buffer.concat([...border, ...rows.flat(), ...border]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header(width)), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** A row of pixels, preceded by its filter type: none. */
function scanline(width: number, isDark: (x: number) => boolean): Buffer {
  const bytes = Buffer.alloc(1 + Math.ceil(width / 8), WHITE_BYTE);
  bytes[0] = 0;
  for (let x = 0; x < width; x += 1) {
    const at = 1 + (x >> 3);
    if (isDark(x)) bytes[at] = (bytes[at] ?? WHITE_BYTE) & ~(0x80 >> (x & 7));
  }
  return bytes;
}

/** Width, height, one-bit grayscale, and the default compression, filter and interlace methods. */
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
