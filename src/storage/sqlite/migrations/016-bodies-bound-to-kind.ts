/**
 * Encrypted bodies of webhooks become bound to their kind. Only a start with the master key can encrypt them anew: the setting
 * says that it must, unless nothing is encrypted.
 */
export const bodiesBoundToKind = `
INSERT INTO settings (name, value)
  SELECT 'webhooks without kind', 'there may be some' WHERE EXISTS (SELECT 1 FROM data_keys);
`;
