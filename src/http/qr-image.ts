import { toBuffer } from 'qrcode';

/** Options of pngjs behind `qrcode`: one gray value a pixel, no search for the best filter; quick, and small enough. */
const PNG = { colorType: 0, filterType: 0, deflateStrategy: 0 };

/** The picture of a code as `data:image/png;base64,…`, for the `src` of an image. */
export async function qrImage(text: string): Promise<string> {
  // A copy: the library writes into it.
  const png = await toBuffer(text, { type: 'png', errorCorrectionLevel: 'M', scale: 6, rendererOpts: { ...PNG } });
  return `data:image/png;base64,${png.toString('base64')}`;
}
