// Not the whole package, whose picture formats would be loaded with it.
import { create } from 'qrcode/lib/core/qrcode.js';
import { modulesPng } from './png.ts';

/**
 * Renders a QR as `data:image/png;base64,…`, for the `src` of an image. (The library's own PNG encoder takes about 20 ms of CPU,
 * as much as the QR and the rest of the request together.)
 */
export function qrImage(text: string): string {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const png = modulesPng(modules.size, (row, column) => modules.get(row, column) === 1, { scale: 6, margin: 4 });
  return `data:image/png;base64,${png.toString('base64')}`;
}
