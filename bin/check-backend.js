#!/usr/bin/env node
// `npm run check-backend` as a program of its own.
import '../src/cli/check-backend.ts';
