import { create } from 'qrcode';
import { squaresPng } from './png.ts';

/**
 * The picture of a code as `data:image/png;base64,…`, for the `src` of an image. (The PNG of the library itself costs some 20 ms
 * of CPU, as much as the code and all the rest of a request together.)
 */
export function qrImage(text: string): string {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const png = squaresPng(modules.size, (row, column) => modules.get(row, column) === 1, { scale: 6, margin: 4 });
  return `data:image/png;base64,${png.toString('base64')}`;
}
