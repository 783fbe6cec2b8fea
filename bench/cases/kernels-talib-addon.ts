import { addonMissing, TALIB_ADDON } from '../libraries/talib-addon.js';
import { allCodes } from '../library-cases.js';

export const kernelsTalibAddon = { ...allCodes(TALIB_ADDON, 'kernels-talib-addon'), missing: addonMissing };
