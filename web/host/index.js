// What a page imports of this folder.
//
//   import { instantiate, run } from './index.js';
//
// `await instantiate({ ... })` gives the component's exports; what it imports beyond the web's own functions is given by name.
// `await run()` runs a program to its end, with its output in the console, and gives its exit code.

import { instantiate as generated } from './component.js';
import { broken, host, imports, lines, run as toItsEnd } from './host.js';

const core = (name) => WebAssembly.compileStreaming(fetch(new URL(name, import.meta.url)));

/** Output of a program, as lines of the console: of standard output by `log`, of standard error by `error`. */
function consoleStreams({ log = (line) => console.log(line), error = (line) => console.error(line) } = {}) {
  const [out, err] = [lines(log), lines(error)];
  const ends = () => {
    out.end();
    err.end();
  };
  return { stdout: (bytes) => out.write(bytes), stderr: (bytes) => err.write(bytes), ends };
}

/** Functions of the caller as the generated code wants them: an interface is an object, a function stands by itself. */
function given(others) {
  const wrapped = Object.entries(others).map(([name, it]) => [name, typeof it === 'function' ? { default: it } : it]);
  return Object.fromEntries(wrapped);
}

/** Gives the exports of the component. `others` are its imports that are no part of every page, by their names. */
export async function instantiate(others = {}, options = {}) {
  const { ends, ...streams } = consoleStreams(options);
  const ended = (code) => {
    ends();
    throw new Error(`the component ended with exit code ${code}`);
  };
  return await generated(options.core ?? core, imports(host({ ...streams, ...options, ended }), given(others)));
}

/** Runs a program to its end, and gives its exit code. */
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
