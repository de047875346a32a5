/** The texts about the number of a pairing code in English. */
export const NUMBER_ENGLISH = {
  country: 'Country',
  countryInNumber: 'As in the number (+…)',
  numberAs: (number) => `It is used as ${number}.`,
  missing9: 'Is the 9 missing? WhatsApp shows mobile numbers of this country with it.',
  extra1: 'Is the 1 too much? WhatsApp shows most numbers of this country without it.',
  useNumber: (number) => `Use ${number}`,
};
