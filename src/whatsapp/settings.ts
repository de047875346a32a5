/** Which WhatsApp to connect to: by default the real one, as the library knows it. */
export interface WhatsAppSettings {
  /** `WHATSAPP_WS_URL`: the URL of the WebSocket. */
  wsUrl?: string;
  /** `WHATSAPP_ROOT_KEY`: the Noise root public key, 32 bytes. */
  rootKey?: Uint8Array;
  /** `WHATSAPP_VERSION`: the client version to report. */
  version?: [number, number, number];
  /** `DEVICE_NAME`: what phones show among their linked devices, for sessions that say nothing else. */
  deviceName?: string;
  /** How long a connection may take to open, and WhatsApp then to send its first frame (default 20,000 ms each). */
  connectTimeoutMs?: number;
  /** The lifetime of every QR, instead of WhatsApp's 60 s and 20 s; for tests. */
  qrLifetimeMs?: number;
}

/** How the files of messages are downloaded. */
export interface MediaSettings {
  /** `WHATSAPP_MEDIA_HOST`: the only host to download from, `host:port`; WhatsApp's own hosts if undefined. */
  host: string | undefined;
  /** `MAX_MEDIA_BYTES`: the largest file that is downloaded. */
  maxBytes: number;
}

/** Baileys shows the first QR for longer than the ones after it (`genPairQR`). */
export const QR_LIFETIME_MS = { first: 60_000, next: 20_000 } as const;
