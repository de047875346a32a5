#!/usr/bin/env -S node --max-semi-space-size=16 --min-semi-space-size=16 --no-parallel-scavenge --heap-growing-percent=150
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Plain JavaScript, so that a Node too old for TypeScript fails with a clear message.
const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `The WhatsApp Orchestrator needs Node ${NEEDED.join('.')} or newer (24 is best), but this is Node ${process.versions.node}.\n`,
  );
  process.exit(1);
}

// Caches compiled code beside the packages, if that folder is writable: the next start takes half as long.
module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
const { main } = await import('../src/main.ts');
await main();
// Now: a killed process could not write it.
module.flushCompileCache?.();
