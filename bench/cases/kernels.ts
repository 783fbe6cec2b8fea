import { TECHNICAL_INDICATORS } from '../libraries/technicalindicators.js';
import { allCodes } from '../library-cases.js';

export const kernels = allCodes(TECHNICAL_INDICATORS, 'kernels', [
  { ratio: 'speed', against: TECHNICAL_INDICATORS.name, atLeast: 150 },
]);
