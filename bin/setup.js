#!/usr/bin/env node
// `npm run setup` as a program of its own: `docker run --rm -it … setup`.
import './check-node.js';

await import('../src/cli/setup.ts');
