import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

describe('parseOptions', () => {
  it('knows its four options', () => {
    expect(parseOptions([])).toEqual({ isQuick: false, filters: [], json: null, compare: null });
    expect(
      parseOptions([
        '--quick',
        '--filter',
        'csv',
        '--filter',
        'api',
        '--json',
        'a.json',
        '--compare',
        'old.json',
      ]),
    ).toEqual({
      isQuick: true,
      filters: ['csv', 'api'],
      json: 'a.json',
      compare: 'old.json',
    });
  });

  it.each([[['--fast']], [['csv']], [['--filter']]])('refuses %j and says what is allowed', (args) => {
    expect(() => parseOptions(args)).toThrow(
      '[--quick] [--filter NAME]... [--json FILE] [--compare OLD.json]',
    );
  });
});
