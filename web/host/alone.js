// What a page imports of this folder: `await instantiate({ ... })` gives the exports of the component. What it imports is given by name.

import { instantiate as generated } from './component.js';

const core = async (name) => {
  const url = new URL(name, import.meta.url);
  return url.protocol === 'file:'
    ? WebAssembly.compile(await (await import('node:fs/promises')).readFile(url))
    : WebAssembly.compileStreaming(fetch(url));
};
const given = ([name, it]) => [name, typeof it === 'function' ? { default: it } : it];

export const instantiate = (imports = {}, options = {}) =>
  generated(options.core ?? core, Object.fromEntries(Object.entries(imports).map(given)));
