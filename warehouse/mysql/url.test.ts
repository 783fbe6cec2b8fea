import { describe, expect, it } from 'vitest';
import { WarehouseAccessError } from '../errors.js';
import { openWarehouse } from '../open.js';
import { parseUrl, withoutPassword } from './url.js';

describe('a url that is refused', () => {
  it.each([
    'mysql://u:sec/ret@h/d',
    'mysql://u:sec#ret@h/d',
    'mysql://u:sec?ret@h/d',
    'mysql://u:12/ret@h/d',
    'mysql://u:12#ret@h/d',
    'mysql://u:12?ret@h/d',
    'mysql://u:12/ret@h',
    'mysql://u:sec@re/ret@h/d',
    'mysql:/u:secret@h/d',
    'mysql:u:secret@h/d',
    'mysql://u:sec%zzret@h/d',
    'mysql://u:secret@h:99999/d',
    'mysql://u:secret@h',
    'mysql://u:p@h/d?password=secret',
    'postgres://u:secret@h/d',
    'postgres://u:sec/ret@h/d',
    ' mysql://u:secret@h/d',
  ])('%s is shown without its password', async (url) => {
    const error: Error = await openWarehouse(url).then(
      () => new Error('opened'),
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(WarehouseAccessError);
    expect(error.message).not.toMatch(/sec|ret@|re\/ret|12/);
    expect(error.message).toContain('***@h');
    expect(error.message.split('\n')).toHaveLength(1);
  });
});

it.each([
  ['mysql://u:secret@h/d#?ssl-mode=REQUIRED', 'is not mysql://user:password@host:port/database'],
  [
    'mysql://u:secret@h/d?ssl-mode=DISABLED&ssl-mode=REQUIRED',
    "option 'ssl-mode' of 'mysql://u:***@h/d' stands more than once",
  ],
])('%s: options are never passed over', (url, message) => {
  expect(() => parseUrl(url)).toThrow(message);
});

describe('a url that is taken', () => {
  it('keeps everything but the password, percent-encoded or not', () => {
    expect(parseUrl('mysql://u%40x:s%2Fe%23c%3Fr%40t@h:1/d')).toMatchObject({
      user: 'u@x',
      password: 's/e#c?r@t',
      host: 'h',
      port: 1,
      database: 'd',
    });
    expect(parseUrl('mysql://u:se@cret@h/d').password).toBe('se@cret');
    expect(withoutPassword('mysql://u:se@cret@h:1/d?ssl-mode=REQUIRED&ssl-ca=/a@b')).toBe(
      'mysql://u:***@h:1/d?ssl-mode=REQUIRED&ssl-ca=/a@b',
    );
  });
});
