#!/usr/bin/env node
// `npm run doctor` as a program of its own: `docker compose exec orchestrator doctor`.
import './check-node.js';

await import('../src/cli/doctor.ts');
