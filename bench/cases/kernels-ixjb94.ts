import { IXJB94 } from '../libraries/ixjb94.js';
import { allCodes, byCode } from '../library-cases.js';

export const kernelsIxjb94 = allCodes(IXJB94, 'kernels-ixjb94');
export const ixjb94ByCode = byCode(IXJB94, 'ixjb94-by-code');
