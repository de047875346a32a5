#!/usr/bin/env node
// `npm run doctor` as a program of its own: `docker compose exec orchestrator doctor`.
import '../src/cli/doctor.ts';
