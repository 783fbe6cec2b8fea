import { TRADING_SIGNALS } from '../libraries/trading-signals.js';
import { allCodes, byCode } from '../library-cases.js';

export const kernelsTradingSignals = allCodes(TRADING_SIGNALS, 'kernels-trading-signals');
export const tradingSignalsByCode = byCode(TRADING_SIGNALS, 'trading-signals-by-code');
