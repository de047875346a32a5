/** Jest calls it once, after all tests, and wants it in a file of its own. */
export { removeTemporaryFolder as default } from './temporary-folder.ts';
