/** Which WhatsApp to talk to. Without any value it is the real one, as the library knows it. */
export interface WhatsAppSettings {
  /** `WHATSAPP_WS_URL`: where the WebSocket is. */
  wsUrl?: string;
  /** `WHATSAPP_ROOT_KEY`: the Noise root public key, 32 bytes. */
  rootKey?: Uint8Array;
  /** `WHATSAPP_VERSION`: the client version that we say we are. */
  version?: [number, number, number];
  /** How long a connection may take to open, and then WhatsApp to say its first word on it (default 20,000 ms each). */
  connectTimeoutMs?: number;
  /** How long each QR of an offer lives instead of WhatsApp's 60 s and 20 s; for tests. */
  qrLifetimeMs?: number;
}

/** How the files of messages are fetched. */
export interface MediaSettings {
  /** `WHATSAPP_MEDIA_HOST`: where they are fetched, `host:port`; WhatsApp's own hosts without it. */
  host: string | undefined;
  /** `MAX_MEDIA_BYTES`: the largest that is fetched. */
  maxBytes: number;
}

/** The first QR of an offer lives longer than the ones after it (Baileys, `genPairQR`). */
export const QR_LIFETIME_MS = { first: 60_000, next: 20_000 } as const;
