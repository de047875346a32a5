import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDERS = ['src', 'simulator', 'tests', 'bench', 'docs', 'demo', 'examples', 'scripts'];
/** The seed and the contract keep their own words, and this file has to name those that are retired. */
const EXEMPT = /^docs\/contract\/|^docs\/openapi\.json$|^tests\/house\/words\.test\.ts$/;

/** The private words of an earlier design, each with the standard word that the code and the documents use. */
const RETIRED: readonly (readonly [retired: RegExp, standard: string])[] = [
  [/\bLine(?:s|Keeper|Context|Events|Auth|Actions|Message|Handlers|Clock|AtClose|OverError)\b/, 'connection'],
  [/\b(?:Broken|Silent|Open)Line\w*|\b(?:current|in|outOf|wire|keeperOf)Lines?\b/, 'connection'],
  [
    /\b(?:the|a|its|this|lost|open|new|old|each|every|no|session's|one) lines? (?:is|was|are|were|to WhatsApp)\b/i,
    'connection',
  ],
  [/\blines? (?:to WhatsApp|(?:is|was|are|were) (?:lost|open|gone|over|cut|closed|repaired))\b/i, 'connection'],
  [/\b[A-Z]\w*Parts\b/, '…Deps or …Options'],
  [/\bnewsroom\b|\bSessionNews\b/i, 'session events'],
  [/\bLifeParts\b|\bclass Life\b|\bnew Life\(/, 'SessionStateMachine'],
  [/\b(?:Line|Media|Health)Keeper\b|\b(?:line|media)-keeper\b/, 'ConnectionManager, MediaDownloader'],
  [/\bnew Losses\b|\blosses\.ts\b|\blossesInARow\b/, 'DisconnectHistory'],
  [/\binsist(?:s|ing)?\b/i, 'retryWhileStorageFails'],
  [
    /\bready-?bell\b|\bretryBell\b|\berrands?\b|\btype Along\b|: Along\b/i,
    'ready signal, deferred write, session writes',
  ],
  [/\bSlots\b|\bkit\/slots\b/, 'Semaphore'],
  [/\bChance\b|\b(?:system|fixed)Chance\b|\bkit\/chance\b/, 'Random'],
  [/\bkit\/condition\.ts\b|\bnew Condition\(/, 'ConditionVariable'],
  [/\bkept\.ts\b|\w+_KEPT_MS\b|\bkeptMs\b/, 'retention, ttl'],
  [/\bplaces\.ts\b|\bwrapped\.ts\b|\bpromised\.ts\b|\bpromised\(|\bwrapMethods\b/, 'cell address; the others are gone'],
  [
    /\bEarly-?Decryption\b|\bRatchet-?Steps\b|(?<!-)\bkey-memory\b|\bKeyMemory\b|\bkey-text\b/i,
    'batch decryption, ratchet transactions, key cache, key codec',
  ],
  [/\bout-of-band\.ts\b|\bOutOfBand\w*|\bretry-memory\b|\bRetryMemory\b/, 'listener guard, retry caches'],
  [/\bnpm run floors\b|\bthe (?:roof|doors) of\b|\bground floor\b/i, 'layers: composition, adapters, domain, lib'],
];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
).filter((path) => /\.(?:ts|js|md|html|css)$/.test(path) && !path.includes('node_modules') && !EXEMPT.test(path));

/** Every use of a retired word: the file, the line, the word, and what to write in its place. */
function uses(text: string, path: string): string[] {
  return text.split('\n').flatMap((line, at) =>
    RETIRED.flatMap(([word, standard]) => {
      const found = word.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${at + 1}: "${found}" → ${standard}`];
    }),
  );
}

it('finds retired words, and not the ordinary ones beside them', () => {
  const retired = ['new Slots(4)', 'the line is lost', 'class LineKeeper {', 'TTL_KEPT_MS', 'interface SendParts {'];
  const ordinary = ['the first line of the log', 'a timeline', 'Math.floor(1)', 'one line of JSON', 'by chance'];

  expect(retired.flatMap((text) => uses(text, 'a')).length).toBeGreaterThanOrEqual(retired.length);
  expect(ordinary.flatMap((text) => uses(text, 'a'))).toEqual([]);
});

it('looks at every folder', () => {
  for (const folder of FOLDERS) expect(files.some((path) => path.startsWith(`${folder}/`))).toBe(true);
  expect(files.length).toBeGreaterThan(600);
});

it('uses the standard words everywhere', () => {
  expect(files.flatMap((path) => uses(readFileSync(join(ROOT, path), 'utf8'), path))).toEqual([]);
});
