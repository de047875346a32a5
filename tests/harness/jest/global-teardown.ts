/** Jest wants this in a file of its own. */
export { removeTemporaryFolder as default } from './temporary-folder.ts';
