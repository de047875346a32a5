import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What each process that a test starts gets of our environment. They share their compiled code: a start costs two thirds then. */
export const CHILD_ENVIRONMENT = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: join(tmpdir(), 'whatsapp-orchestrator-compiled'),
};
