import type { Behaviour } from '../behaviours/behaviour.ts';
import { errorOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { FaultOptions } from './fault-options.ts';
import type { FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';

/** The faults of clients' queries, including those of a login. */
export function failQueries(faults: Faults): Behaviour[] {
  return [leaveUnanswered(faults), answerErrors(faults), answerLate(faults)];
}

function leaveUnanswered(faults: Faults): Behaviour {
  return {
    name: 'no-answer',
    onStanza: (stanza, client) => takeFor(faults, 'no-answer', stanza, client) !== undefined,
  };
}

function answerErrors(faults: Faults): Behaviour {
  return {
    name: 'error-answer',
    onStanza(stanza, client) {
      const fault = takeFor(faults, 'error-answer', stanza, client);
      if (fault) client.send(errorOf(stanza, String(fault.code), 'simulated'));
      return fault !== undefined;
    },
  };
}

function takeFor(faults: Faults, name: FaultName, stanza: Stanza, { number }: Client): FaultOptions | undefined {
  return isQuery(stanza) ? faults.take(name, { number, xmlns: stanza.attrs.xmlns }) : undefined;
}

function answerLate(faults: Faults): Behaviour {
  return {
    name: 'slow-answers',
    onSend(stanza, client, send) {
      const isAnswer = stanza.tag === 'iq' && !isQuery(stanza);
      const ms = isAnswer ? faults.take('slow-answers', client.number)?.ms : undefined;
      if (ms === undefined) send(stanza);
      else setTimeout(() => send(stanza), ms).unref();
    },
  };
}

function isQuery({ tag, attrs: { type } }: Stanza): boolean {
  return tag === 'iq' && (type === 'get' || type === 'set');
}
