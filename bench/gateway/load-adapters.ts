import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandLineError } from '../command-line.ts';
import type { GatewayAdapter } from './adapter.ts';

/** What is compared when the command line names nothing. */
const OWN = ['orchestrator.ts', 'express-baileys.ts'].map((name) => new URL(`../adapters/${name}`, import.meta.url));

/** Loads adapters from their files, or both of our own if there are none. @throws CommandLineError for a file that has no adapter */
export async function loadAdapters(files: readonly string[]): Promise<GatewayAdapter[]> {
  if (files.length === 0) return Promise.all(OWN.map(loadOne));
  const adapters = await Promise.all(files.map(loadFile));
  const names = adapters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CommandLineError(`Two adapters have the name "${twice}".`);
  return adapters;
}

async function loadFile(file: string): Promise<GatewayAdapter> {
  const url = pathToFileURL(resolve(file));
  const isFile = await stat(url).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw new CommandLineError(`--adapter must be a file, but there is no "${file}".`);
  return loadOne(url);
}

async function loadOne(url: URL): Promise<GatewayAdapter> {
  const { adapter } = (await import(url.href)) as { adapter?: Partial<GatewayAdapter> };
  if (isAdapter(adapter)) return adapter;
  throw new CommandLineError(`${url.pathname} does not export an "adapter" as bench/gateway/adapter.ts describes it.`);
}

/** Whether nothing that is needed is missing. A file in JavaScript has been checked by nobody. */
function isAdapter(adapter: Partial<GatewayAdapter> | undefined): adapter is GatewayAdapter {
  if (!adapter) return false;
  const { name, version, launch, api, receivedText } = adapter;
  const areTexts = typeof name === 'string' && typeof version === 'string';
  return areTexts && [launch, api, receivedText].every((each) => typeof each === 'function');
}
