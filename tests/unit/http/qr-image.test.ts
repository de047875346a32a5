import { qrImage } from '../../../src/http/qr-image.ts';

// As long as those that WhatsApp's clients of 2026 show.
const TEXT = `https://wa.me/settings/linked_devices#${'2@'.padEnd(120, 'Ab3+/')},${'k'.repeat(44)},${'i'.repeat(44)},${'s'.repeat(44)},1`;

function png(dataUrl: string): Buffer {
  const [head = '', base64 = ''] = dataUrl.split(',');
  expect(head).toBe('data:image/png;base64');
  return Buffer.from(base64, 'base64');
}

describe('qrImage', () => {
  it('is a square PNG, large enough for a camera', async () => {
    const image = png(await qrImage(TEXT));
    expect(image.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    const [width, height] = [image.readUInt32BE(16), image.readUInt32BE(20)];
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(300);
  });

  it('is another one for another text', async () => {
    expect(await qrImage('2@a')).not.toBe(await qrImage('2@b'));
  });
});
