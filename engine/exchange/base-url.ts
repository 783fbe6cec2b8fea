import { UserError } from '../errors.js';

/** Without a slash at its end. @throws UserError */
export function baseUrl(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new UserError(`download: ${option} '${text}' is not http(s)://HOST[/PATH]`);
  return text.replace(/\/+$/, '');
}
