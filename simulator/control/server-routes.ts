import { FAULTS, isFaultName } from '../faults/fault-table.ts';
import { ControlError } from './control-error.ts';
import { requiredString } from './request-body.ts';
import { type Route } from './route.ts';

/** What the server does when it is told to over HTTP. */
export const serverRoutes: readonly Route[] = [
  { method: 'GET', path: '/devices', handle: ({ simulator }) => simulator.devices() },
  { method: 'GET', path: '/stats', handle: ({ simulator }) => simulator.stats() },
  { method: 'POST', path: '/pairing/refresh', handle: ({ simulator }) => ({ sent: simulator.refreshPairing() }) },
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
