#!/usr/bin/env node
// `npm run check-backend` as a program of its own.
import './check-node.js';

await import('../src/cli/check-backend.ts');
