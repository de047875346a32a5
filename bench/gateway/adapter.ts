/** A WhatsApp server to connect to in place of the real one. */
export interface WhatsAppAddress {
  /** For Baileys' `waWebSocketUrl`. */
  readonly wsUrl: string;
  /** Hex of the key that signs the server's certificates; Baileys' `WA_CERT_DETAILS.PUBLIC_KEY`. */
  readonly rootKey: string;
  /** `host:port` in place of `mmg.whatsapp.net`, over plain HTTP. The bench sends no media. */
  readonly mediaHost: string;
}

/** Where a gateway runs. All of it stays the same when the gateway is started again after its end. */
export interface GatewayPlace {
  /** An existing folder for its exclusive use. */
  readonly folder: string;
  /** The port of 127.0.0.1 for its API. */
  readonly port: number;
  /** Where it posts its webhooks: an origin, below which every path is accepted. */
  readonly webhookUrl: string;
  readonly whatsapp: WhatsAppAddress;
  /** The folder that `manifest` was installed in; undefined without one. */
  readonly packages: string | undefined;
}

/** How to start a process. It and all that it starts are one process group, which is measured and killed as one. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment, except for `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory; by default the folder of the place. */
  readonly cwd?: string;
}

/** A request that the gateway sent to `webhookUrl`. */
interface Webhook {
  /** With the query. */
  readonly path: string;
  /** The parsed JSON; undefined when it is none. */
  readonly body: unknown;
}

/** The client of a gateway's API. Each function rejects when the gateway refuses, or does not answer. */
export interface GatewayApi {
  /** Whether it serves requests. A rejection counts as no. */
  isReady(): Promise<boolean>;
  /** Begins a session that waits for a scan. Resolves with the gateway's own id of it; `name` is a suggestion: `[a-z0-9]+`, unique. */
  begin(name: string): Promise<string>;
  /** The text of the session's QR, not its picture; undefined while it has none. Asked again and again. */
  qr(session: string): Promise<string | undefined>;
  /** Whether the session is logged in. Asked again and again. */
  isConnected(session: string): Promise<boolean>;
  /** Sends a text to a phone number (digits only). Resolves with the gateway's answer. */
  send(session: string, number: string, text: string): Promise<void>;
}

/** How the bench drives one gateway: what a file in `bench/adapters` exports as `adapter`. */
export interface GatewayAdapter {
  /** How the table calls it: one or two words. */
  readonly name: string;
  /** What exactly is measured, for the table. */
  readonly version: string;
  /**
   * What `npm install` gets as package.json: packages that install without a script or a download of their own. They are installed below
   * the folder that `--install` names. Undefined for a gateway that is on the machine already.
   */
  readonly manifest?: {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly overrides?: Readonly<Record<string, string>>;
  };
  launch(place: GatewayPlace): Launch;
  api(place: GatewayPlace): GatewayApi;
  /** The text, if a webhook tells of a received text message, and undefined for every other webhook. Must not throw. */
  receivedText(webhook: Webhook): string | undefined;
  /** The body of the answer 200 that makes a webhook count as delivered; `{"success":true}` by default. */
  readonly answer?: string;
}

/** An adapter, and the folder with the packages that it wants; undefined when it wants none. */
export interface InstalledGateway {
  readonly adapter: GatewayAdapter;
  readonly packages: string | undefined;
}
