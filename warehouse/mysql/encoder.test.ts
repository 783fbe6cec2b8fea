import { afterAll, expect, it } from 'vitest';
import { encodeRows } from './encode.js';
import { type EncodeRequest, Encoder } from './encoder.js';

const encoder = new Encoder();
afterAll(() => encoder.close());

/** Two columns; the second of them a view into a larger array. */
function request(rows: number): EncodeRequest {
  const times = Float64Array.from({ length: rows }, (_, i) => i * 60_000);
  const wide = Float64Array.from({ length: rows + 10 }, (_, i) => (i % 7 === 0 ? Number.NaN : Math.sin(i)));
  return {
    ids: [3, 4],
    kinds: ['time', 'number'],
    arrays: [times, wide.subarray(5, 5 + rows)],
    rows,
    chunkBytes: 4_096,
  };
}

const text = (buffers: readonly Uint8Array[]) => Buffer.concat(buffers).toString('latin1');
const expected = ({ ids, kinds, arrays, rows }: EncodeRequest) =>
  text(encodeRows(ids, kinds, arrays, rows).buffers);

it.each([0, 1, 100, 50_000])('encodes %i rows as encodeRows does, several requests at once', async (rows) => {
  const requests = [rows, rows + 1, rows + 2].map(request);
  const answers = await Promise.all(requests.map((one) => encoder.encode(one)));
  for (const [i, one] of requests.entries()) {
    expect(text(answers[i]!)).toBe(expected(one));
    expect(answers[i]!.every((buffer) => buffer.length < 4_096 + 100)).toBe(true);
  }
});

it('passes on what is wrong with a batch, and goes on', async () => {
  const bad = request(50_000);
  bad.arrays[0]![49_999] = Number.NaN;
  await expect(encoder.encode(bad)).rejects.toThrow('a time is unknown');
  const good = request(50_000);
  expect(text(await encoder.encode(good))).toBe(expected(good));
});

it('tells who waits when it is closed', async () => {
  const closing = new Encoder();
  const answer = closing.encode(request(50_000));
  closing.close();
  await expect(answer).rejects.toThrow('the encoding thread has ended');
});
