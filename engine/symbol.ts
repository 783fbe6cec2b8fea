const LENGTH = 64;

export const SYMBOL_FORM = `1 to ${LENGTH} characters without blanks, quotes, slashes, ':', ',' and ';'`;

/** True for what can name a symbol. Ids and exports are built from symbols with ':', ',' and ';' between the parts. */
export function isSymbol(text: string): boolean {
  return text !== '' && text.length <= LENGTH && !/[\s\p{Cc}:,;'"\\/]/u.test(text);
}
