import { AsyncByteQueue, type RecordBatch, RecordBatchFileWriter } from 'apache-arrow';

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

/** Batches as an Arrow IPC file, batch by batch: the reader's pace is the writer's, and only one batch is held. */
export async function* encodeArrow(batches: AsyncIterable<RecordBatch>): AsyncGenerator<Uint8Array> {
  const outbox = new Outbox();
  const writer = new RecordBatchFileWriter();
  writer.reset(outbox);
  for await (const batch of batches) {
    writer.write(batch);
    yield* outbox.take();
  }
  writer.finish();
  yield* outbox.take();
}
