import { COMPILE_CACHE } from '../child-environment.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** Jest calls it once, before its workers start, which inherit the environment. */
export default async function prepare(): Promise<void> {
  process.env.NODE_COMPILE_CACHE = COMPILE_CACHE;
  await makeTemporaryFolder();
}
