// Running a program, a component with a `main`, to its end.

import { host, imports } from './host.js';
import { wasi } from './wasi.js';

/** What a program exits with that did not come to its own end: a trap, and a deadlock. */
export const TRAPPED = 134;
export const DEADLOCKED = 135;

/**
 * Runs a program to its end and gives its exit code. `start` gets the imports of the program and gives a promise of its exports.
 *
 * `trapped` is called with a text if the program did not end by itself.
 */
export async function run(start, { trapped, ...streams }) {
  const told = Promise.withResolvers();
  let code;
  const ended = (number) => {
    code ??= number;
    told.resolve(code);
  };
  const functions = imports(host({ ...streams, ended }), wasi({ ...streams, ended }));
  const ends = start(functions).then(async (program) => {
    // The world's own, or that of `wasi:cli/run`.
    const begin = typeof program.run === 'function' ? program.run : program.run?.run;
    if (typeof begin !== 'function') {
      throw new TypeError('the component has no `run`: it is a library, not a program');
    }
    await begin();
    return 0;
  });
  // An error of main is the one payload that there is; all else is the program's end where it stands.
  const judged = ends.catch((error) => code ?? (isErrorOfMain(error) ? 1 : broken(error, trapped)));
  return await Promise.race([judged, told.promise]);
}

function isErrorOfMain(error) {
  return error?.constructor?.name === 'ComponentError' && 'payload' in error;
}

/** Tells why a program did not come to its end, and gives the exit code for it. */
export function broken(error, trapped) {
  const message = String(error?.message ?? error);
  if (message.includes('deadlock detected')) {
    trapped('deadlock: all threads of the program wait for each other, and nothing of the host can wake any');
    return DEADLOCKED;
  }
  trapped(explained(error, message));
  return TRAPPED;
}

/** A text that says what happened, in words that do not need the engine's source. */
function explained(error, message) {
  if (typeof WebAssembly.Suspending !== 'function' && message.includes('Suspend')) {
    return 'this engine cannot let a program wait (WebAssembly.Suspending): Node 24, Chrome 137, Firefox 153 and newer can';
  }
  const stack = String(error?.stack ?? '').split('\n').filter((line) => line.includes('wasm')).slice(0, 12).join('\n');
  const below = stack === '' ? '' : `\n${stack}`;
  if (error instanceof RangeError || message === 'too much recursion') {
    return `a thread has overflowed its stack, of which the engine sets the size${below}`;
  }
  if (error instanceof WebAssembly.RuntimeError) {
    return `the program trapped: ${message.replace('wasm trap: ', '')}${below}`;
  }
  return error?.stack ?? message;
}
