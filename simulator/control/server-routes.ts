import { FAULTS, isFaultName } from '../faults/fault-table.ts';
import { ControlError } from './control-error.ts';
import { requiredString, wholeNumber } from './request-body.ts';
import type { Route } from './route.ts';

const MAX_REVISION = 2 ** 31 - 1;

/** The routes for the server: devices, counts, pairing, client revision, faults. */
export const serverRoutes: readonly Route[] = [
  { method: 'GET', path: '/devices', handle: ({ simulator }) => simulator.devices() },
  { method: 'GET', path: '/stats', handle: ({ simulator }) => simulator.stats() },
  { method: 'POST', path: '/pairing/refresh', handle: ({ simulator }) => ({ sent: simulator.refreshPairing() }) },
  {
    method: 'POST',
    path: '/client-revision',
    handle({ simulator, body }) {
      const { clientRevision } = simulator;
      const revision = wholeNumber(body.revision, 'revision', { otherwise: clientRevision, max: MAX_REVISION });
      simulator.clientRevision = revision;
      return { revision };
    },
  },
  {
    method: 'POST',
    path: '/faults',
    handle({ simulator, body }) {
      const name = requiredString(body, 'name');
      const options = Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'name'));
      if (!isFaultName(name)) throw new ControlError(400, 'unknown_fault', `There is no fault "${name}".`);
      simulator.fault(name, options);
      return { name, options };
    },
  },
  {
    method: 'GET',
    path: '/faults',
    handle: ({ simulator }) => ({ active: simulator.activeFaults(), table: FAULTS }),
  },
  {
    method: 'DELETE',
    path: '/faults',
    handle({ simulator }) {
      simulator.clearFaults();
      return {};
    },
  },
];
