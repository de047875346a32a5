/** Where a simulator listens, and whom its clients trust. */
interface Addresses {
  readonly wsUrl: string;
  /** Hex. */
  readonly rootKey: string;
  readonly mediaHost: string;
  readonly controlUrl: string | undefined;
}

const SHOP = '5491166778899';
const ANA = '5491122334455';

/** What a person at the terminal does next: how to point clients at this simulator, and how a phone scans their code. */
export function instructionsFor({ wsUrl, rootKey, mediaHost, controlUrl = '' }: Addresses): string {
  return `A WhatsApp for tests is running. It forgets everything when it stops (Ctrl+C).

Baileys, unmodified:
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from('${rootKey}', 'hex');
  makeWASocket({ waWebSocketUrl: '${wsUrl}', auth });

WhatsApp Orchestrator, in its .env:
  WHATSAPP_WS_URL=${wsUrl}
  WHATSAPP_ROOT_KEY=${rootKey}
  WHATSAPP_MEDIA_HOST=${mediaHost}

A phone that scans the code that they show, and another one that writes to it:
  curl ${controlUrl}/phones --json '{"number": "${SHOP}", "name": "Shop"}'
  curl ${controlUrl}/phones/${SHOP}/scan --json '{"qr": "<text of the QR>"}'
  curl ${controlUrl}/phones --json '{"number": "${ANA}", "name": "Ana"}'
  curl ${controlUrl}/phones/${ANA}/messages --json '{"to": "${SHOP}", "text": "hola"}'
`;
}
