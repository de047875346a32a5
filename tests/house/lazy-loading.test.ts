import { loadedWith } from './loaded.ts';

/** What a start in a plain installation loads: SQLite, files in a folder, no proxy. */
const { files, modules } = loadedWith(['src/main.ts', 'src/app.ts', 'src/storage/sqlite/open.ts']);

it.each(['pg', 'https-proxy-agent', 'socks-proxy-agent', 'ioredis', 'sharp', 'axios', 'pino-pretty', 'nodemailer'])(
  'a plain start loads no %s',
  (name) => {
    expect(modules).toContain('express');
    expect(modules).toContain('better-sqlite3');
    expect([...modules].filter((module) => module === name || module.startsWith(`${name}/`))).toEqual([]);
  },
);

it.each(['@aws-sdk/', '@modelcontextprotocol/'])('a plain start loads nothing of %s', (scope) => {
  expect([...modules].filter((module) => module.startsWith(scope))).toEqual([]);
});

it('a plain start loads no other storage', () => {
  expect(files).toContain('src/storage/sqlite/database.ts');
  expect([...files].filter((path) => /^src\/storage\/(postgres\/(?!durability)|s3\/|moving\/)/.test(path))).toEqual([]);
});
