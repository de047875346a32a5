import type { About, BusinessProfile, NumberAnswer, OwnProfile } from '../../domain/account.ts';
import type { NamedPerson } from '../../domain/person.ts';
import { contactView } from './contact-view.ts';

/** Converts the answer about one number of a batch to its REST form. */
export function numberAnswerView(answer: NumberAnswer) {
  const { asked } = answer;
  const account = answer.isAnswered ? answer.account : null;
  const { exists, ...names } = contactView(account ? { exists: true, ...account } : { exists: false });
  return { asked, exists: answer.isAnswered ? exists : null, ...names };
}

/** Converts what somebody says about themselves to its REST form. */
export function aboutView({ text, setAtMs }: About) {
  return { text, set_at: setAtMs === null ? null : new Date(setAtMs).toISOString() };
}

/** Converts the profile of a business to its REST form. */
export function businessView({ hours, ...profile }: BusinessProfile) {
  return {
    ...profile,
    hours: hours.map(({ day, mode, opensAtMinute, closesAtMinute }) => ({
      ...{ day, mode, opens_at_minute: opensAtMinute, closes_at_minute: closesAtMinute },
    })),
  };
}

/** Converts the account's own profile to its REST form. */
export function ownProfileView({ number, lid, name, about, pictureUrl }: OwnProfile) {
  return { number, lid, name, about: aboutView(about), picture_url: pictureUrl };
}

/** Converts a person with names to the REST form. */
export function namedPersonView({ person, pushName, savedName, username }: NamedPerson) {
  const isLid = person.endsWith('@lid');
  const names = { push_name: pushName, saved_name: savedName, username };
  return { number: isLid ? null : person, lid: isLid ? person : null, ...names };
}
