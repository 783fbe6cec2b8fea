import { BINARY } from './binary.js';

/** Functions of the module by the kernel they compute: addresses in bytes, then rows, then parameters (kernels/wasm/assembly). */
export interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** The first byte that no function uses. */
  readonly heap: { readonly value: number };
  bandShape(
    value: number,
    upper: number,
    middle: number,
    lower: number,
    outWidth: number,
    outPosition: number,
    rows: number,
  ): void;
  vwap(
    state: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    openTime: number,
    out: number,
    rows: number,
  ): void;
  sma(state: number, x: number, out: number, rows: number, period: number): void;
  bbands(
    state: number,
    x: number,
    upper: number,
    middle: number,
    lower: number,
    rows: number,
    period: number,
    width: number,
  ): void;
  donchian(
    state: number,
    high: number,
    low: number,
    upper: number,
    lower: number,
    rows: number,
    period: number,
  ): void;
  stoch(
    state: number,
    high: number,
    low: number,
    close: number,
    k: number,
    d: number,
    williams: number,
    rows: number,
    period: number,
  ): void;
  cci(
    state: number,
    high: number,
    low: number,
    close: number,
    out: number,
    rows: number,
    period: number,
  ): void;
  mfi(
    state: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    out: number,
    rows: number,
    period: number,
  ): void;
  dmi(
    state: number,
    high: number,
    low: number,
    close: number,
    adx: number,
    plus: number,
    minus: number,
    rows: number,
    period: number,
  ): void;
  difference(left: number, right: number, out: number, rows: number): void;
  roc(x: number, out: number, rows: number, period: number): void;
  within(y: number, out: number, rows: number, low: number, high: number, flip: number): void;
  trend(a: number, b: number, streak: number, out: number, rows: number, window: number): void;
  monotone(
    y: number,
    streak: number,
    out: number,
    scratch: number,
    rows: number,
    window: number,
    sign: number,
  ): void;
  cross(
    y: number,
    streak: number,
    out: number,
    scratch: number,
    rows: number,
    window: number,
    level: number,
    sign: number,
  ): void;
  expansion(
    y: number,
    streak: number,
    out: number,
    scratch: number,
    rows: number,
    window: number,
    factor: number,
    sign: number,
  ): void;
  /** Address of what `emas` computes with. */
  readonly emaLanes: { readonly value: number };
  emas(x: number, rows: number): void;
  /** Address of what `decide` decides by. */
  readonly scoringRules: { readonly value: number };
  beginScores(rows: number): void;
  addMetric(
    truth: number,
    position: number,
    sum: number,
    place: number,
    group: number,
    groupPlace: number,
    rows: number,
  ): void;
  lookUp(sum: number, table: number, column: number, rows: number): void;
  addWeight(truth: number, column: number, weight: number, rows: number): void;
  decide(
    buyScore: number,
    sellScore: number,
    knownMask: number,
    firedMask: number,
    action: number,
    reason: number,
    isConflict: number,
    rows: number,
  ): void;
}

/** What this file needs of the WebAssembly API, which the compiler's library lists only for browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const bytes = Uint8Array.from(atob(BINARY), (character) => character.charCodeAt(0));

/** One instance a thread, made when the thread loads its first kernel. */
export const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as WasmExports;
