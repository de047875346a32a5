#!/usr/bin/env -S node --max-semi-space-size=16 --min-semi-space-size=16 --no-parallel-scavenge --heap-growing-percent=150
// Loads the whole program, without starting anything, and stores its compiled code where bin/whatsapp-orchestrator.js looks for it. The
// Dockerfile does so once, as the user and with the options of its CMD: for others, Node compiles anew.
import './check-node.js';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
const PARTS = [
  '../src/main.ts',
  '../src/app.ts',
  '../src/runtime/process-guard.ts',
  '../src/storage/sqlite/open.ts',
  '../src/storage/postgres/open.ts',
  '../src/storage/s3/open-media-bucket.ts',
  '../src/whatsapp/baileys/patches.ts',
];
await Promise.all(PARTS.map((part) => import(part)));
module.flushCompileCache?.();
// Some of the packages keep timers.
process.exit(0);
