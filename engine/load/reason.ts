/** What the ledger says of a load: file name and SHA-256 of its bytes. */
export const loadReason = (name: string, sha256: string): string => `${name} sha256 ${sha256}`;

/** The same, read back; null for a text that is none. */
export function parseLoadReason(reason: string): { readonly name: string; readonly sha256: string } | null {
  const match = /^(.*) sha256 ([0-9a-f]{64})$/s.exec(reason);
  return match === null ? null : { name: match[1]!, sha256: match[2]! };
}
