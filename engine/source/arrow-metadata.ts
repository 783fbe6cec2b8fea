import { Message, MessageHeader, Schema } from 'apache-arrow';
import { DictionaryBatch as DictionaryTable } from 'apache-arrow/fb/dictionary-batch';
import { Footer as FooterTable } from 'apache-arrow/fb/footer';
import { Message as MessageTable } from 'apache-arrow/fb/message';
import { RecordBatch as BatchTable } from 'apache-arrow/fb/record-batch';
import { Schema as SchemaTable } from 'apache-arrow/fb/schema';
import { DictionaryBatch, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { ByteBuffer } from 'flatbuffers';

/** What one element of a list in the metadata takes at least: the offset of a table. */
const ELEMENT_BYTES = 4;

/**
 * Metadata whose lists may together hold no more elements than there are bytes for. Arrow's decoder believes every length
 * that it reads: one damaged byte, and it collects 2^31 fields.
 */
class GuardedBuffer extends ByteBuffer {
  #elements = Math.floor(this.capacity() / ELEMENT_BYTES);

  override __vector_len(offset: number): number {
    const length = super.__vector_len(offset);
    this.#elements -= length;
    if (length < 0 || this.#elements < 0)
      throw new Error(`a list of ${length} in ${this.capacity()} bytes of metadata`);
    return length;
  }
}

/**
 * The message in `metadata`, after every list in it was held against the bytes.
 *
 * @throws Error when a list is longer than they are, or of whatever else the decoder stumbles over
 */
export function decodeMessage(metadata: Uint8Array): Message {
  const table = MessageTable.getRootAsMessage(new GuardedBuffer(metadata));
  table.customMetadataLength();
  const type = table.headerType();
  const version = table.version();
  // Only a schema or a batch is asked for what is in it; the reader refuses the rest by its type.
  if (type === MessageHeader.Schema) Schema.decode(table.header(new SchemaTable()), new Map(), version);
  if (type === MessageHeader.RecordBatch) RecordBatch.decode(table.header(new BatchTable()), version);
  if (type === MessageHeader.DictionaryBatch)
    DictionaryBatch.decode(table.header(new DictionaryTable()), version);
  return Message.decode(metadata);
}

/** The schema that a file's footer holds, guarded alike. */
export function decodeFooterSchema(footer: Uint8Array): Schema {
  const table = FooterTable.getRootAsFooter(new GuardedBuffer(footer));
  const schema = table.schema();
  if (schema === null) throw new Error('a footer without a schema');
  return Schema.decode(schema, new Map(), table.version());
}
