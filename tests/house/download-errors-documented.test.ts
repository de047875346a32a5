import { readFileSync } from 'node:fs';
import { DOWNLOAD_ERRORS } from '../../src/domain/download-failure.ts';

const document = readFileSync(new URL('../../docs/media.md', import.meta.url), 'utf8');

it('docs/media.md has every value of download_error with its sentence, and no other', () => {
  const [, table = ''] = document.split('| `download_error` | Meaning');
  const rows = [...table.matchAll(/^\| `(\w+)`\s*\| (.+?)\s*\|$/gm)].map(([, word, sentence]) => [word, sentence]);

  expect(rows).toEqual(Object.entries(DOWNLOAD_ERRORS));
});
