import { execFileSync, type StdioOptions } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type ts from 'typescript';
import { compile, readingOnce } from './compile.ts';
import { entriesOf, type Manifest, published } from './manifest.ts';

/** The page of docs/ that a package brings along as MANUAL.md, by its folder. */
const MANUALS: Record<string, string> = { simulator: 'docs/simulator.md' };

/**
 * Makes a tarball of each workspace of the repository in `root`, as npm installs it: with JavaScript, types, a README and the licence.
 * All of it is put together in a temporary folder: the repository has TypeScript only. Returns the paths of the tarballs, in `target`.
 */
export function packWorkspaces(root: string, target: string, host: ts.CompilerHost = readingOnce()): string[] {
  const stage = mkdtempSync(join(tmpdir(), 'packages-'));
  try {
    const folders = workspacesOf(root).map((workspace) => {
      const folder = join(stage, workspace);
      mkdirSync(folder, { recursive: true });
      fill(folder, { root, workspace, host });
      return folder;
    });
    return npmPack(folders, resolve(target));
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/** The folders of the packages of a repository. */
export function workspacesOf(root: string): string[] {
  return (readJson(join(root, 'package.json')) as { workspaces: string[] }).workspaces;
}

interface Origin {
  root: string;
  workspace: string;
  host: ts.CompilerHost;
}

function fill(folder: string, { root, workspace, host }: Origin): void {
  const source = join(root, workspace);
  const manifest = readJson(join(source, 'package.json')) as Manifest;
  compile({ folder: source, entries: entriesOf(manifest) }, folder, host);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  copyPage(join(source, 'README.md'), join(folder, 'README.md'));
  const manual = MANUALS[workspace];
  if (manual !== undefined) copyPage(join(root, manual), join(folder, 'MANUAL.md'));
}

/** Without the links to other files: in a package they lead nowhere. */
function copyPage(from: string, to: string): void {
  writeFileSync(to, readFileSync(from, 'utf8').replaceAll(/\[([^\]]+)\]\((?!https?:|#)[^)]+\)/g, '$1'));
}

function npmPack(folders: readonly string[], target: string): string[] {
  mkdirSync(target, { recursive: true });
  const options = ['--json', '--pack-destination', target, '--ignore-scripts'];
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const answer = execFileSync('npm', ['pack', ...folders, ...options], { encoding: 'utf8', stdio });
  return (JSON.parse(answer) as { filename: string }[]).map(({ filename }) => join(target, filename));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
