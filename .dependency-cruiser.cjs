// Rooms and doors: who may import whom. Run by `npm run rooms`; test/rooms.test.ts plants one breach a rule.

// Tests look behind every door.
const EXEMPT = String.raw`\.(test|case)\.ts$`;
const room = (...names) => `^(${names.join('|')})/`;

/** One rule: files of `from` (tests exempt) must not import `to`. */
function forbid(name, comment, from, to) {
  return { name, comment, severity: 'error', from: { pathNot: EXEMPT, ...from }, to };
}

module.exports = {
  forbidden: [
    forbid(
      'kernels-import-only-kernels',
      'kernels are pure: no other room, no package, no node:',
      { path: room('kernels') },
      { pathNot: room('kernels') },
    ),
    forbid(
      'warehouse-is-a-leaf',
      'the warehouse imports its drivers and node:; what it must know of other rooms is handed to it as data',
      { path: room('warehouse') },
      { path: room('kernels', 'engine', 'server', 'cli', 'bench', 'test') },
    ),
    forbid(
      'engine-imports-kernels-and-warehouse',
      'engine = kernels + warehouse',
      { path: room('engine') },
      { path: room('server', 'cli', 'bench', 'test') },
    ),
    forbid(
      'server-imports-warehouse',
      'server = warehouse; jobs come through the port it declares',
      { path: room('server') },
      { path: room('kernels', 'engine', 'cli', 'bench', 'test') },
    ),
    forbid(
      'cli-composes-the-product',
      'benchmarks and tests use the product, never the reverse',
      { path: room('cli') },
      { path: room('bench', 'test') },
    ),
    forbid(
      'no-way-past-a-door',
      "another room is imported through its index.ts; test/ has no door and cli's is main.ts",
      { path: '^([^/]+)/' },
      {
        path: room('kernels', 'engine', 'warehouse', 'server', 'cli', 'bench'),
        pathNot: String.raw`^$1/|^(kernels|engine|warehouse|server|bench)/index\.ts$|^cli/main\.ts$`,
      },
    ),
    forbid('no-import-of-a-test', 'a test is nobody’s library', {}, { path: EXEMPT }),
    forbid('no-cycle', 'types included', {}, { circular: true }),
    forbid('resolvable', 'what cannot be found cannot be judged', {}, { couldNotResolve: true }),
  ],
  options: {
    // Type-only imports tie rooms together too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|bench/peers)/' },
    // What NodeNext resolves by: types and implementation of a package stand under its "exports".
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
