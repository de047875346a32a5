#!/usr/bin/env node
// `npm run backup` as a program of its own: `docker compose exec orchestrator backup <folder>`.
import '../src/cli/backup.ts';
