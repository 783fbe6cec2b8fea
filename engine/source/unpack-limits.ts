import { UserError } from '../errors.js';

/** How far a packed file may unfold before it is taken for a trap. */
export interface UnpackLimits {
  /** Bytes that one file may hold unpacked. */
  readonly unpackedBytes: number;
  /** Unpacked bytes to packed ones; looked at only beyond `RATIO_FREE_BYTES`. */
  readonly ratio: number;
}

/** Years of minutes are below a gigabyte; klines pack 3 to 20 times, a trap 1,000 times. */
export const UNPACK_LIMITS: UnpackLimits = { unpackedBytes: 2 ** 31, ratio: 200 };

/** Small files may pack as well as they like. */
const RATIO_FREE_BYTES = 1 << 23;

const MEGABYTE = 1e6;
const megabytes = (bytes: number): string => `${Math.ceil(bytes / MEGABYTE).toLocaleString('en-US')} MB`;

/**
 * Holds what was unpacked so far, or is declared, against the limits.
 *
 * @param packed bytes read from the file so far
 * @throws UserError that names the limit and how to raise it
 */
export function checkUnpacked(name: string, unpacked: number, packed: number, limits: UnpackLimits): void {
  if (unpacked > limits.unpackedBytes)
    throw new UserError(
      `load: '${name}' unpacks to more than ${megabytes(limits.unpackedBytes)}; nothing of it was loaded (--max-unpacked MB raises the limit)`,
    );
  if (unpacked > RATIO_FREE_BYTES && unpacked > packed * limits.ratio)
    throw new UserError(
      `load: '${name}' unpacks to more than ${limits.ratio} times its size, which no klines do; nothing of it was loaded`,
    );
}
