import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys';
import type { RequestListener } from 'node:http';

/** The client revision of the installed Baileys. */
export const CURRENT_REVISION = DEFAULT_CONNECTION_CONFIG.version[2];

/**
 * Answers `GET /sw.js` with a service worker like WhatsApp's, from which clients read the current revision
 * (`fetchLatestWaWebVersion` in `generics.js`); all other requests get 404.
 */
export function answerVersionPage(revision: () => number): RequestListener {
  return ({ method, url }, response) => {
    if (method !== 'GET' || url?.split('?')[0] !== '/sw.js') {
      response.writeHead(404).end();
      return;
    }
    const configuration = JSON.stringify(JSON.stringify({ server_revision: revision(), client_revision: revision() }));
    response.writeHead(200, { 'content-type': 'application/javascript; charset=utf-8' });
    response.end(`importScripts("/sw-loader.js");self.__swData=JSON.parse(/*BTDS*/${configuration});\n`);
  };
}
