// What a page imports of this folder.
//
//   import { instantiate, run } from './index.js';
//
// `await run()` runs the program to its end, with its output in the console, and gives its exit code. `await instantiate({ ... })` gives its
// exports alone; what it imports beyond the web's own functions is given to either by name.

import { instantiate as generated } from './component.js';
import { consoleStreams, exportsOf, given } from './host.js';
import { broken, run as toItsEnd } from './program.js';

const core = async (name) => {
  const url = new URL(name, import.meta.url);
  return url.protocol === 'file:'
    ? WebAssembly.compile(await (await import('node:fs/promises')).readFile(url))
    : WebAssembly.compileStreaming(fetch(url));
};

/** Gives the exports of the component. */
export async function instantiate(others = {}, options = {}) {
  return await exportsOf(generated, options.core ?? core, others, options);
}

/** Runs the program to its end, and gives its exit code. */
export async function run(others = {}, options = {}) {
  const { ends, ...streams } = consoleStreams(options);
  const trapped = (text) => {
    ends();
    (options.error ?? console.error)(text);
  };
  const start = async (functions) => await generated(options.core ?? core, { ...functions, ...given(others) });
  // What a thread of the program throws comes to nobody else.
  const thrown = Promise.withResolvers();
  const alone = (event) => {
    if (event.reason instanceof WebAssembly.RuntimeError) {
      event.preventDefault();
      thrown.resolve(event.reason);
    }
  };
  globalThis.addEventListener?.('unhandledrejection', alone);
  const ofThread = thrown.promise.then((error) => broken(error, trapped));
  const code = await Promise.race([toItsEnd(start, { ...streams, ...options, trapped }), ofThread]);
  globalThis.removeEventListener?.('unhandledrejection', alone);
  ends();
  return code;
}
