import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspacesOf } from '../packages/pack.ts';
import { NAMING_THE_VERSION, naming } from './version-files.ts';

/** The new texts of the files that a release changes, by their paths within the repository; and why it cannot be made, if so. */
export interface Changes {
  texts: ReadonlyMap<string, string>;
  reasons: readonly string[];
}

/** Which versions a release is between. */
export interface Step {
  from: string;
  to: string;
  /** The day of the release, such as `2026-01-31`. */
  today: string;
}

/** The version in a package.json, where it names itself. */
const OWN_VERSION = /^( {2}"version": ")[^"]*(")/m;
const NOTHING_NEW = 'CHANGELOG.md has nothing under "## Next".';

/** Computes what a release changes in the repository in `root`, and changes nothing. */
export function changesOf(root: string, step: Step): Changes {
  const read = (name: string): string => readFileSync(join(root, name), 'utf8');
  const workspaces = workspacesOf(root);
  const manifests = ['package.json', ...workspaces.map((folder) => `${folder}/package.json`)];
  const reasons: string[] = [];
  const texts = new Map<string, string>();
  for (const name of manifests) texts.set(name, read(name).replace(OWN_VERSION, `$1${step.to}$2`));
  texts.set('package-lock.json', lockOf(read('package-lock.json'), workspaces, step.to));
  const changelog = changelogOf(read('CHANGELOG.md'), step);
  if (changelog === undefined) reasons.push(NOTHING_NEW);
  else texts.set('CHANGELOG.md', changelog);
  for (const name of NAMING_THE_VERSION) {
    const text = read(name);
    if (!naming(step.from).test(text))
      reasons.push(`${step.from} is not in ${name} (scripts/release/version-files.ts).`);
    texts.set(name, text.replace(naming(step.from, 'g'), step.to));
  }
  return { texts, reasons };
}

/** Only the versions of the product and of its packages change, not those of the packages that it depends on. */
function lockOf(text: string, workspaces: readonly string[], version: string): string {
  const lock = JSON.parse(text) as { packages: Record<string, object> };
  const own = ['', ...workspaces].map((folder) => [folder, { ...lock.packages[folder], version }] as const);
  return `${JSON.stringify({ ...lock, version, packages: { ...lock.packages, ...Object.fromEntries(own) } }, null, 2)}\n`;
}

/** Undefined when nothing is new. */
function changelogOf(text: string, { to, today }: Step): string | undefined {
  const [, news = ''] = /^## Next\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text) ?? [];
  return news.trim() === '' ? undefined : text.replace(/^## Next$/m, `## ${to} (${today})`);
}
