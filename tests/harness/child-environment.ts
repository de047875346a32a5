import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The environment for processes that tests start. They share a compile cache, which cuts the start to two thirds. */
export const CHILD_ENVIRONMENT = {
  PATH: process.env.PATH,
  TMPDIR: tmpdir(),
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled-for-tests', import.meta.url)),
};
