#!/usr/bin/env node
// `npm run backup` as a program of its own: `docker compose exec orchestrator backup`.
import './check-node.js';

await import('../src/cli/backup.ts');
