import type { Phone } from '../phones/phone.ts';
import type { Simulator } from '../simulator.ts';
import { ControlError } from './control-error.ts';
import type { RouteCall } from './route.ts';

/** The phone in the path of a request. Throws a ControlError 404 when it does not exist. */
export function phoneOf({ simulator, number }: RouteCall): Phone {
  return existingPhone(simulator, number);
}

/** The phone with this number. Throws a ControlError 404 when it does not exist. */
export function existingPhone(simulator: Simulator, number: string): Phone {
  const phone = simulator.existingPhone(number);
  if (phone) return phone;
  throw new ControlError(404, 'unknown_phone', `There is no phone with the number ${number}.`);
}
