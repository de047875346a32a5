#!/usr/bin/env -S node --max-semi-space-size=16
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Plain JavaScript, so that a Node too old for TypeScript can still say so in one sentence.
const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `The WhatsApp Orchestrator needs Node ${NEEDED.join('.')} or newer (24 is best), but this is Node ${process.versions.node}.\n`,
  );
  process.exit(1);
}

// Caches compiled code next to the packages, which halves the time of the next start. Skipped where nothing can be written.
module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
const { main } = await import('../src/main.ts');
await main();
// Written now: a process that is killed writes nothing.
module.flushCompileCache?.();
