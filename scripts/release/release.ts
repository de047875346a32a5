import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArguments, UsageError } from '../../src/cli/arguments.ts';
import { OperatorError } from '../../src/kit/operator-error.ts';
import { isNewer } from '../../src/kit/semver.ts';
import { type Changes, changesOf } from './changes.ts';

/** What `--help` prints. */
export const USAGE = `npm run release -- <version> [--dry-run] [--image <name>]

Releases the version X.Y.Z: writes it into every file that names it and into the changelog, commits, makes the tag vX.Y.Z, and packs the
client and the simulator into release/. It publishes nothing, and prints the commands that do.
  --dry-run        only says what it would change
  --image <name>   the image in these commands, with its registry (whatsapp-orchestrator by default)
`;

/** What a release depends on. */
export interface ReleaseDeps {
  /** The repository. */
  root: string;
  /** The day of the release, such as `2026-01-31`. */
  today: string;
  /** Packs the packages into the folder, and returns the paths of the tarballs. */
  pack: (folder: string) => string[];
}

/** Why a release is refused: one sentence a line. */
class ReleaseError extends OperatorError {
  override readonly name = 'ReleaseError';
}

/**
 * Makes a release, and returns what to print. When it fails, all files are as they were.
 * @throws UsageError for wrong arguments, an OperatorError that says why it is refused
 */
export function release(args: string[], deps: ReleaseDeps): string {
  const { version, isDry, image } = parsed(args);
  const { root, today } = deps;
  const from = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  requireLater(version, from);
  const changes = changesOf(root, { from, to: version, today });
  const reasons = [...reasonsOfGit(root, version), ...changes.reasons];
  if (reasons.length > 0) throw new ReleaseError(reasons.join('\n'));
  const files = [...changes.texts.keys()];
  if (isDry) return `Would release ${version} with changes of\n${files.map((name) => `  ${name}\n`).join('')}`;
  const tarballs = make(changes, version, deps);
  return instructions({ version, image, tarballs: tarballs.map((path) => relative(root, path)) });
}

function parsed(args: string[]): { version: string; isDry: boolean; image: string } {
  const options = {
    'dry-run': { type: 'boolean', default: false },
    image: { type: 'string', default: 'whatsapp-orchestrator' },
  } as const;
  const { values, positionals } = readArguments({ args, options, allowPositionals: true }, USAGE);
  const [version, ...others] = positionals;
  if (version === undefined || others.length > 0) throw new UsageError(USAGE);
  return { version, isDry: values['dry-run'], image: values.image };
}

function requireLater(version: string, from: string): void {
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version)) {
    throw new ReleaseError(`"${version}" is no version: it needs three numbers, such as 1.2.3.`);
  }
  if (!isNewer(version, from)) {
    throw new ReleaseError(`${version} does not come after ${from}, the version in package.json.`);
  }
}

function reasonsOfGit(root: string, version: string): string[] {
  const isDirty = git(root, 'status', '--porcelain') !== '';
  const hasTag = git(root, 'tag', '--list', `v${version}`) !== '';
  return [
    ...(isDirty ? ['There are changes that are not committed (git status).'] : []),
    ...(hasTag ? [`The tag v${version} exists.`] : []),
  ];
}

/** Packs before it commits: what fails is undone. */
function make({ texts }: Changes, version: string, { root, pack }: ReleaseDeps): string[] {
  const files = [...texts.keys()];
  for (const [name, text] of texts) writeFileSync(join(root, name), text);
  try {
    const tarballs = pack(join(root, 'release'));
    git(root, 'commit', '--quiet', '-m', `release: ${version}`, '--', ...files);
    git(root, 'tag', '--annotate', `v${version}`, '-m', version);
    return tarballs;
  } catch (error) {
    git(root, 'checkout', '--quiet', 'HEAD', '--', ...files);
    throw error;
  }
}

function instructions({ version, image, tarballs }: { version: string; image: string; tarballs: string[] }): string {
  const [major, minor] = version.split('.');
  const tags = [version, `${major}.${minor}`, major].map((tag) => `${image}:${tag}`);
  return [
    `Released ${version}. To publish it:`,
    '',
    `git push origin HEAD v${version}`,
    ...tarballs.map((path) => `npm publish ${path}`),
    `docker build --build-arg VERSION=${version} --build-arg REVISION=$(git rev-parse HEAD) ${tags.map((tag) => `-t ${tag}`).join(' ')} .`,
    ...tags.map((tag) => `docker push ${tag}`),
    '',
  ].join('\n');
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
