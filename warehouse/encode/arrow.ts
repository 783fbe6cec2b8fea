import {
  AsyncByteQueue,
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
} from 'apache-arrow';

/** What a writer has written and nobody has taken yet. The writer's own queue cannot be asked whether it is empty. */
class Outbox extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    if (piece.byteLength > 0) this.#pieces.push(piece);
  }

  override close(): void {}

  take(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}

/**
 * Batches as Arrow IPC, batch by batch: the reader's pace is the writer's, and only one batch is held.
 *
 * @param format `file` can be read from any place in it, `stream` from the start on
 */
export async function* encodeArrow(
  batches: AsyncIterable<RecordBatch>,
  format: 'file' | 'stream',
): AsyncGenerator<Uint8Array> {
  const outbox = new Outbox();
  const writer = format === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.reset(outbox);
  for await (const batch of batches) {
    writer.write(batch);
    yield* outbox.take();
  }
  writer.finish();
  yield* outbox.take();
}
