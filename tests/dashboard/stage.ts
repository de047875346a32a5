import type { Phone } from '../../simulator/phones/phone.ts';
import type { LinkedAccount, World } from '../harness/world.ts';

/** The message that the backend rejects. */
export const REFUSED_TEXT = 'Pedido Nº 4711';

/**
 * Turns a callback of the account into a dead letter: the backend rejects this one and accepts those of the other account,
 * for a minute, which proves that only this delivery fails. Resolves when it is dead-lettered.
 */
export async function makeDeadLetter(world: World, account: Phone, other: Phone): Promise<void> {
  const writer = world.whatsapp.phone('5491133224455', 'Bruno Díaz');
  world.backend.answerWith(({ body }) => (body.message_content === REFUSED_TEXT ? 500 : 200));
  await writer.sendText(account, REFUSED_TEXT);
  await world.backend.next(({ body }) => body.message_content === REFUSED_TEXT, { evenRefused: true });
  while (!(await hasDeadLetter(world))) {
    await writer.sendText(other, 'Gracias');
    await world.backend.next(({ body }) => body.message_content === 'Gracias');
    // The next attempt is due.
    world.clock.skip(4_500);
  }
  world.backend.recovers();
}

async function hasDeadLetter({ orchestrator }: World): Promise<boolean> {
  const { body } = await orchestrator.get('/health');
  return body.callbacks.deadLettered > 0;
}

/** A conversation between the account and a person. */
export async function talk(world: World, { sessionId, phone }: LinkedAccount, person: Phone): Promise<void> {
  await person.sendText(phone, '¡Hola! ¿Tienen café en grano?');
  await world.backend.next(({ body }) => body.message_content?.startsWith('¡Hola!') === true);
  await world.orchestrator.send(sessionId, person.number, 'Sí, tostado esta mañana. ¿Cuánto quieres?');
  await person.next();
  await person.sendText(phone, 'Medio kilo, por favor. Paso a las seis.');
  await world.backend.next(({ body }) => body.message_content?.startsWith('Medio') === true);
}
