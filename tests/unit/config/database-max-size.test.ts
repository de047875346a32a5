import { ConfigError } from '../../../src/config/environment.ts';
import { readConfig } from '../../../src/config/config.ts';

describe('DATABASE_MAX_SIZE', () => {
  it.each([
    [undefined, 0],
    ['0', 0],
    ['67108864', 67_108_864],
    ['64M', 67_108_864],
    ['65536K', 67_108_864],
    ['20G', 21_474_836_480],
    ['2T', 2_199_023_255_552],
  ])('%s is so many bytes: %d', (DATABASE_MAX_SIZE, bytes) => {
    expect(readConfig({ DATABASE_MAX_SIZE }).bounds.maxDatabaseBytes).toBe(bytes);
  });

  it.each(['67108863', '63M', '1.5G', '20GB', '20g', '-1', '99999T', 'much'])('%s is refused', (DATABASE_MAX_SIZE) => {
    const read = () => readConfig({ DATABASE_MAX_SIZE });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow('DATABASE_MAX_SIZE must be a number of bytes, or one like 500M or 20G');
  });

  it('is refused on PostgreSQL, whose disk is not ours', () => {
    const settings = { DATABASE_URL: 'postgres://host/name', DATABASE_MAX_SIZE: '1G' };
    expect(() => readConfig(settings)).toThrow('DATABASE_MAX_SIZE bounds a SQLite file only');
    expect(() => readConfig({ ...settings, DATABASE_MAX_SIZE: '0' })).not.toThrow();
  });
});
