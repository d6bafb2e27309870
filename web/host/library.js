// What a page imports of this folder: `await instantiate({ ... })` gives the exports of the component. What it imports beyond the web's own
// functions is given by name.

import { instantiate as generated } from './component.js';
import { exportsOf } from './host.js';

const core = async (name) => {
  const url = new URL(name, import.meta.url);
  return url.protocol === 'file:'
    ? WebAssembly.compile(await (await import('node:fs/promises')).readFile(url))
    : WebAssembly.compileStreaming(fetch(url));
};

export const instantiate = (others = {}, options = {}) => exportsOf(generated, options.core ?? core, others, options);
