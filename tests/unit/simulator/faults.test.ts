import { readFileSync } from 'node:fs';

import { FAULTS } from '../../../simulator/faults/fault-table.ts';
import { Faults } from '../../../simulator/faults/faults.ts';

const ANA = '5491122334455';
const BEA = '5491166778899';

it('applies a fault to its account only, the given number of times', () => {
  const faults = new Faults();
  faults.add('message-error', { number: ANA, code: 479, times: 2 });

  expect(faults.take('message-error', BEA)).toBeUndefined();
  expect(faults.take('message-error')).toBeUndefined();
  expect(faults.take('no-message-ack', ANA)).toBeUndefined();
  expect(faults.take('message-error', ANA)).toMatchObject({ code: 479 });
  expect(faults.take('message-error', ANA)).toMatchObject({ code: 479 });
  expect(faults.take('message-error', ANA)).toBeUndefined();
});

it('applies a fault to queries of one namespace', () => {
  const faults = new Faults();
  faults.add('no-answer', { xmlns: 'usync' });

  expect(faults.take('no-answer', { number: ANA, xmlns: 'encrypt' })).toBeUndefined();
  expect(faults.take('no-answer', { number: ANA, xmlns: 'usync' })).toBeDefined();
});

it('returns once how many of the next bytes come before a fault', () => {
  const faults = new Faults();
  faults.add('cut-at-byte', { number: ANA, bytes: 10 });

  expect(faults.reach('cut-at-byte', 100, BEA)).toBeUndefined();
  expect(faults.reach('cut-at-byte', 4, ANA)).toBeUndefined();
  expect(faults.reach('cut-at-byte', 8, ANA)).toBe(6);
  expect(faults.list()).toEqual([]);
  expect(faults.reach('cut-at-byte', 8, ANA)).toBeUndefined();
});

it('docs/simulator.md documents every fault', () => {
  const documentation = readFileSync('docs/simulator.md', 'utf8');
  const documented = [...documentation.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name);

  expect(documented.sort()).toEqual(Object.keys(FAULTS).sort());
});
