import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMING_THE_VERSION, naming } from '../../scripts/release/version-files.ts';
import { VERSION } from '../../src/version.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDERS = ['bin', 'bench', 'demo', 'deploy', 'docs', 'examples', 'scripts', 'simulator', 'src'];
/** Those whose versions a release changes by their structure, and what tells of the past. */
const APART = /(^|\/)package(-lock)?\.json$|^CHANGELOG\.md$/;

it('a release changes every file that names the version of the product', () => {
  const files = globSync(['*', ...FOLDERS.map((folder) => `${folder}/**/*`)], { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(png|jpg|webp|ogg|mp4|woff2)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length))
    .filter((file) => !APART.test(file));
  const found = files.filter((file) => naming(VERSION).test(readFileSync(join(ROOT, file), 'utf8')));

  expect(files.length).toBeGreaterThan(600);
  expect(found.sort()).toEqual([...NAMING_THE_VERSION].sort());
});

it('takes addresses and longer numbers for something else', () => {
  const texts = ['4.1.0', 'v4.1.0,', 'Version 4.1.0.', '4.1.0.2', '224.1.0.1', '10.4.1.0', '4.1.05'];

  expect(texts.filter((text) => naming('4.1.0').test(text))).toEqual(['4.1.0', 'v4.1.0,', 'Version 4.1.0.']);
});
