import { installPatches } from '../../src/whatsapp/baileys/patches.ts';
import { runScenarios } from './run.ts';

/** The phones of the simulator use libsignal, too: it is slow, and prints whole sessions with their keys on every change. */
installPatches({});
process.once('SIGTERM', () => process.exit(3));
process.exit(await runScenarios(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`)));
