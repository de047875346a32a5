import type { Phone } from '../../simulator/phones/phone.ts';
import type { Group } from '../../simulator/world/group.ts';
import { type LinkedAccount, startWorld, type World } from './world.ts';

/** A world with a linked account, two people who write to it, and a group of the three. */
export interface TwoFriends {
  world: World;
  account: LinkedAccount;
  ana: Phone;
  luz: Phone;
  group: Group;
}

/** The numbers of a {@link TwoFriends}. */
export const [ACCOUNT, ANA, LUZ] = ['5491234567890', '5490987654321', '5491155556666'] as const;

/** Starts the world and links the account. */
export async function startTwoFriends(): Promise<TwoFriends> {
  const world = await startWorld();
  const [ana, luz] = [world.whatsapp.phone(ANA, 'Ana'), world.whatsapp.phone(LUZ, 'Luz')];
  const owner = world.whatsapp.phone(ACCOUNT, 'Tienda');
  const account = await world.link(owner);
  const group = world.whatsapp.group({ subject: 'Ventas', members: [ana, luz, owner] });
  return { world, account, ana, luz, group };
}

/** The body of the webhook that the backend accepts for the message with this id. */
export async function webhookFor({ backend }: World, messageId: string): Promise<Record<string, unknown>> {
  return (await backend.next(({ body }) => body.message_id === messageId)).body as Record<string, unknown>;
}
