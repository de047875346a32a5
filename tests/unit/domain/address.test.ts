import { numberVariants, parsePhoneNumber, parseRecipient, type PhoneNumber } from '../../../src/domain/address.ts';

describe('a phone number', () => {
  it.each([
    ['5491123456789', '5491123456789'],
    ['+54 9 11 2345-6789', '5491123456789'],
    ['+1 (415) 555.2671', '14155552671'],
    ['  447911123456 ', '447911123456'],
  ])('is parsed from %j', (written, digits) => {
    expect(parsePhoneNumber(written)).toBe(digits);
  });

  it.each(['', '+', 'hola', '123456', '0491123456789', '1234567890123456', '54911x3456789', '549112345678+9'])(
    'is not parsed from %j',
    (written) => {
      expect(parsePhoneNumber(written)).toBeUndefined();
    },
  );
});

describe('a recipient', () => {
  it.each([
    ['5491123456789@s.whatsapp.net', { kind: 'number', number: '5491123456789' }],
    ['5491123456789:3@s.whatsapp.net', { kind: 'number', number: '5491123456789' }],
    ['5491123456789@c.us', { kind: 'number', number: '5491123456789' }],
    ['123456789012345@lid', { kind: 'jid', jid: '123456789012345@lid' }],
    ['120363041234567890@g.us', { kind: 'jid', jid: '120363041234567890@g.us' }],
    ['5491123456789-1612345678@g.us', { kind: 'jid', jid: '5491123456789-1612345678@g.us' }],
  ])('is parsed from %j', (written, recipient) => {
    expect(parseRecipient(written)).toEqual(recipient);
  });

  it.each(['status@broadcast', 'hola@s.whatsapp.net', '12@lid', '@lid', '5491123456789@example.com', 'a@b@lid'])(
    'is not parsed from %j',
    (written) => {
      expect(parseRecipient(written)).toBeUndefined();
    },
  );
});

describe('the variants of a number that WhatsApp may know', () => {
  it.each([
    ['541123456789', ['541123456789', '5491123456789']],
    ['5491123456789', ['5491123456789', '541123456789']],
    ['525512345678', ['525512345678', '5215512345678']],
    ['5215512345678', ['5215512345678', '525512345678']],
    ['5511987654321', ['5511987654321', '551187654321']],
    ['551187654321', ['551187654321', '5511987654321']],
    ['551133334444', ['551133334444']],
    ['14155552671', ['14155552671']],
  ])('of %s start with the given one', (number, variants) => {
    expect(numberVariants(number as PhoneNumber)).toEqual(variants);
  });
});
