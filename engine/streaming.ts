/**
 * What speaks with Kafka and with an exchange's event streams. Their clients are loaded by the commands that need them:
 * a fifth of the start of every other one.
 */
export const streaming = () => import('./stream/index.js');
