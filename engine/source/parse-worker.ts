import { parentPort } from 'node:worker_threads';
import { openFile } from './file.js';
import { readKlines } from './klines.js';
import { type ParseNews, type ParseOrder, slotArrays } from './parse-messages.js';

// Entry of the parsing thread: reads one file at a time, straight into shared memory, as far ahead as there are slots.

const port = parentPort!;
const tell = (news: ParseNews): void => port.postMessage(news);
let free: number[] = [];
let onFree: () => void = () => {};
let texts: ((row: number) => string)[] = [];

port.on('message', (order: ParseOrder) => {
  if (order.type === 'read') void read(order);
  else if (order.type === 'texts')
    tell({ type: 'texts', texts: order.rows.map((row) => texts[order.slot]!(row)) });
  else {
    free.push(order.slot);
    onFree();
  }
});

async function read({ path, limits, options, slots }: Extract<ParseOrder, { type: 'read' }>): Promise<void> {
  free = slots.map((_, slot) => slot);
  texts = [];
  const arrays = slots.map(slotArrays);
  try {
    const source = openFile(path, limits);
    let slot = await freeSlot();
    for await (const chunk of readKlines(source, { ...options, memory: () => arrays[slot]! })) {
      texts[slot] = chunk.keepTexts();
      tell({ type: 'chunk', slot, rows: chunk.rows, rejects: chunk.rejects });
      slot = await freeSlot();
    }
    tell({ type: 'end', sha256: await source.sha256() });
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException;
    tell({ type: 'error', name, message, code });
  }
}

async function freeSlot(): Promise<number> {
  while (free.length === 0)
    await new Promise<void>((done) => {
      onFree = done;
    });
  return free.shift()!;
}
