import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Figure, Size } from './bench.ts';

/** The results of a run, with everything needed to compare it to another one. */
export interface Report {
  /** ISO 8601, UTC. */
  date: string;
  machine: { cpu: string; cores: number; memoryBytes: number; system: string };
  versions: { node: string; baileys: string; orchestrator: string; commit: string | null };
  benches: BenchReport[];
}

/** The results of one bench. */
export interface BenchReport {
  name: string;
  size: Size;
  runs: number;
  figures: readonly Figure[];
}

/** Creates a report without results. */
export async function newReport(): Promise<Report> {
  const [cpu] = cpus();
  const [ours, baileys] = await Promise.all([
    versionIn('../package.json'),
    versionIn('../node_modules/@whiskeysockets/baileys/package.json'),
  ]);
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      system: `${process.platform} ${process.arch}`,
    },
    versions: { node: process.versions.node, baileys, orchestrator: ours, commit: await commit() },
    benches: [],
  };
}

async function versionIn(path: string): Promise<string> {
  const text = await readFile(new URL(path, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** `null` without git, or outside a repository. */
async function commit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname });
    return stdout.trim();
  } catch {
    return null;
  }
}
