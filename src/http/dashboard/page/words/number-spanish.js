/** The texts about the number of a pairing code in Spanish. */
export const NUMBER_SPANISH = {
  country: 'País',
  countryInNumber: 'Como en el número (+…)',
  numberAs: (number) => `Se usa como ${number}.`,
  missing9: '¿Falta el 9? WhatsApp muestra con él los móviles de este país.',
  extra1: '¿Sobra el 1? WhatsApp muestra sin él la mayoría de los números de este país.',
  useNumber: (number) => `Usar ${number}`,
};
