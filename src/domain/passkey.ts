/** The options of a WebAuthn request in JSON, as WhatsApp sent them: for `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export type PasskeyOptions = Readonly<Record<string, unknown>> & { readonly challenge: string };

/** The answer of an authenticator, as `PublicKeyCredential.toJSON()` writes it. Binary values are base64url. */
export interface PasskeyAssertion {
  id: string;
  rawId: string;
  type: 'public-key';
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    signature: string;
    userHandle: string | null;
  };
}

/**
 * How far a pairing is for which WhatsApp wants a passkey.
 * - `wanted`: somebody has to sign the challenge with the passkey of the account.
 * - `answered`: WhatsApp has accepted the signature; the phone follows.
 * - `confirming`: the phone shows a code, and a person has to compare it with ours.
 * - `confirmed`: somebody did; the phone links the device.
 */
export const PASSKEY_STAGES = ['wanted', 'answered', 'confirming', 'confirmed'] as const;

/** A value of {@link PASSKEY_STAGES}. */
export type PasskeyStage = (typeof PASSKEY_STAGES)[number];

/** What anybody may know of such a pairing. */
export interface PasskeyStatus {
  stage: PasskeyStage;
  /** When WhatsApp no longer waits (Unix ms). */
  expiresAtMs: number;
}

/** A pairing for which WhatsApp wants a passkey, with what its next step needs. */
export type Passkey = PasskeyStatus &
  (
    | { stage: 'wanted'; options: PasskeyOptions }
    /** `code` is eight characters with a dash in the middle, as the phone shows them. */
    | { stage: 'confirming'; code: string }
    | { stage: 'answered' | 'confirmed' }
  );
