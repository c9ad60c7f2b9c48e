// Who may import whom. Every rule here has a probe in scripts/lint-rule-probes.mjs that proves it still fires.

/** Beside itself and npm. Specs, and what only specs use, may import more. */
const MAY_IMPORT = {
  'event-store': ['domain'],
  'personal-data': ['domain'],
  access: ['domain', 'event-store'],
  'read-models': ['domain', 'event-store', 'personal-data'],
  platform: [],
};
const FOR_SPECS = '\\.spec\\.ts$|^libs/testing/|^libs/[^/]+/testing/|^libs/event-store/src/contract\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'domain-is-pure',
      comment: 'libs/domain imports nothing outside itself: no library, no Node module',
      severity: 'error',
      from: { path: '^libs/domain/src', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/domain/src' },
    },
    ...Object.entries(MAY_IMPORT).map(([lib, others]) => ({
      name: `${lib}-imports`,
      comment: `libs/${lib} imports of the other libs: ${others.join(', ') || 'none'}`,
      severity: 'error',
      from: { path: `^libs/${lib}/`, pathNot: FOR_SPECS },
      to: { path: '^libs/', pathNot: `^libs/(${[lib, 'testing', ...others].join('|')})/` },
    })),
    {
      name: 'testing-in-specs-only',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: FOR_SPECS },
      to: { path: '^libs/testing/|^libs/[^/]+/testing/|^libs/event-store/src/contract\\.ts$|^test/' },
    },
    {
      name: 'libs-by-the-front-door',
      comment: 'another lib is imported through its index (@app/…), never by a path into it',
      severity: 'error',
      from: { path: '^(?:apps|libs)/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/|^libs/[^/]+/src/index\\.ts$' },
    },
    { name: 'libs-not-to-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    { name: 'apps-apart', severity: 'error', from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/', pathNot: '^apps/$1/' } },
    { name: 'not-to-spec', severity: 'error', from: { pathNot: '\\.spec\\.ts$' }, to: { path: '\\.spec\\.ts$' } },
    {
      name: 'no-dev-deps-in-src',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: FOR_SPECS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-listed-packages',
      comment: 'a package that is there by accident, because another one brought it',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
