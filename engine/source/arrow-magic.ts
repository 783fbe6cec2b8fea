/** Arrow IPC files begin and end with it. */
export const ARROW_MAGIC = Buffer.from('ARROW1');
/** Messages begin with it since Arrow 0.15. */
export const CONTINUATION = 0xffff_ffff;
