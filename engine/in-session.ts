import type { Warehouse, WriteSession } from '../warehouse/index.js';

/** Runs `work` in a transaction of its own: committed when it returns, undone when it throws. */
export async function inSession<T>(
  warehouse: Warehouse,
  work: (session: WriteSession) => Promise<T>,
): Promise<T> {
  const session = await warehouse.begin();
  try {
    const result = await work(session);
    await session.commit();
    return result;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}
