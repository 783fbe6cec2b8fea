import { TECHNICAL_INDICATORS } from '../libraries/technicalindicators.js';
import { byCode } from '../library-cases.js';

export const kernelsByCode = byCode(TECHNICAL_INDICATORS, 'kernels-by-code');
