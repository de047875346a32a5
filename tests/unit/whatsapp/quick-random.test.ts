import { randomBytes } from 'node:crypto';
import { singlesFromPool } from '../../../src/whatsapp/baileys/quick-random.ts';

const draw = singlesFromPool(randomBytes) as typeof randomBytes;

describe('random bytes', () => {
  it('that are asked for one by one are any', () => {
    const seen = new Set(Array.from({ length: 10_000 }, () => draw(1)[0]));
    expect(seen.size).toBe(256);
    expect(draw(1)).toBeInstanceOf(Buffer);
    expect(draw(1)).toHaveLength(1);
  });

  it('that are asked for otherwise come, or are refused, as from Node', async () => {
    expect([0, 2, 32].map((size) => draw(size).length)).toEqual([0, 2, 32]);
    const later = await new Promise<Buffer>((resolve, reject) => {
      draw(1, (error, bytes) => (error ? reject(error) : resolve(bytes)));
    });
    expect(later).toHaveLength(1);
    expect(() => draw(-1)).toThrow(RangeError);
    expect(() => draw('1' as never)).toThrow(TypeError);
  });
});
