import { type Behaviour } from '../behaviours/behaviour.ts';
import { errorOf, type Stanza } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';
import { type Faults } from './faults.ts';

/** What goes wrong with clients' queries, whatever they ask, also during a login. */
export function failQueries(faults: Faults): Behaviour[] {
  return [leaveUnanswered(faults), answerErrors(faults), answerLate(faults)];
}

function leaveUnanswered(faults: Faults): Behaviour {
  return {
    name: 'leave queries unanswered',
    onStanza: (stanza, client) => isQuery(stanza) && faults.take('no-answer', concernOf(stanza, client)) !== undefined,
  };
}

function answerErrors(faults: Faults): Behaviour {
  return {
    name: 'answer queries with errors',
    onStanza(stanza, client) {
      const fault = isQuery(stanza) ? faults.take('error-answer', concernOf(stanza, client)) : undefined;
      if (fault) client.send(errorOf(stanza, String(fault.code), 'simulated'));
      return fault !== undefined;
    },
  };
}

function answerLate(faults: Faults): Behaviour {
  return {
    name: 'answer queries late',
    onSend(stanza, client, send) {
      const isAnswer = stanza.tag === 'iq' && !isQuery(stanza);
      const ms = isAnswer ? faults.take('slow-answers', { number: client.device?.owner.number })?.ms : undefined;
      if (ms === undefined) send(stanza);
      else setTimeout(() => send(stanza), ms).unref();
    },
  };
}

function isQuery({ tag, attrs: { type } }: Stanza): boolean {
  return tag === 'iq' && (type === 'get' || type === 'set');
}

function concernOf(
  { attrs: { xmlns } }: Stanza,
  client: Client,
): { number: string | undefined; xmlns?: string | undefined } {
  return { number: client.device?.owner.number, xmlns };
}
