import { crc32, inflateSync } from 'node:zlib';
import decodeQR from 'qr/decode.js';
import { qrImage } from '../../../src/http/images/qr-image.ts';

// As long as the QRs of WhatsApp's clients in 2026.
const TEXT = `https://wa.me/settings/linked_devices#${'2@'.padEnd(120, 'Ab3+/')},${'k'.repeat(44)},${'i'.repeat(44)},${'s'.repeat(44)},1`;

function png(dataUrl: string): Buffer {
  const [head = '', base64 = ''] = dataUrl.split(',');
  expect(head).toBe('data:image/png;base64');
  return Buffer.from(base64, 'base64');
}

/** The data of a PNG's chunks by name. Checks their CRCs. */
function chunks(image: Buffer): Record<string, Buffer> {
  const found: Record<string, Buffer> = {};
  for (let at = 8; at < image.length;) {
    const length = image.readUInt32BE(at);
    const named = image.subarray(at + 4, at + 8 + length);
    expect(image.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    found[named.subarray(0, 4).toString()] = named.subarray(4);
    at += 12 + length;
  }
  return found;
}

/** The pixels as a canvas returns them. */
function pixelsOf(image: Buffer): { width: number; height: number; data: Uint8Array } {
  const { IHDR, IDAT } = chunks(image);
  const [width, height] = [IHDR!.readUInt32BE(0), IHDR!.readUInt32BE(4)];
  const rows = inflateSync(IDAT!);
  const rowBytes = 1 + Math.ceil(width / 8);
  expect(rows).toHaveLength(height * rowBytes);
  const isWhite = (x: number, y: number) => (rows[y * rowBytes + 1 + (x >> 3)]! >> (7 - (x & 7))) & 1;
  const data = Uint8Array.from({ length: width * height * 4 }, (_, at) => {
    const pixel = at >> 2;
    return at % 4 === 3 || isWhite(pixel % width, Math.floor(pixel / width)) ? 255 : 0;
  });
  return { width, height, data };
}

describe('qrImage', () => {
  it('is a square PNG, large enough for cameras, that decodes to the text', () => {
    const image = png(qrImage(TEXT));
    expect(image.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    const { width, height, data } = pixelsOf(image);
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(300);
    expect(decodeQR({ width, height, data })).toBe(TEXT);
  });

  it('has a white border of four modules, which cameras need', () => {
    const { width, data } = pixelsOf(png(qrImage(TEXT)));
    const dark = Array.from({ length: width * width }, (_, at) => at).filter((at) => data[at * 4] === 0);
    const columns = dark.map((at) => at % width);
    expect([dark[0]! / width, Math.min(...columns), width - 1 - Math.max(...columns)].map(Math.floor)).toEqual([
      24, 24, 24,
    ]);
  });

  it('differs for different texts', () => {
    expect(qrImage('2@a')).not.toBe(qrImage('2@b'));
  });
});
