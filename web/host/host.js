// What a Rust program for the web (wasm32-component-web) asks of its page: clocks, random numbers, two streams of text, and somebody to tell
// that it ends. Each function stands under its name in the program's world; a program imports those that it uses.

import { wasi } from './wasi.js';

/** What a program exits with that did not come to its own end: a trap, and a deadlock. */
export const TRAPPED = 134;
export const DEADLOCKED = 135;

/** The longest wait that `setTimeout` knows. */
const LONGEST = 2 ** 31 - 1;

/**
 * The functions for one run of a program.
 *
 * `stdout` and `stderr` take bytes as they are written; `ended` is called once with the exit code, when the program says it.
 */
export function host({ args = [], vars = {}, stdout, stderr, isTerminal = () => false, ended }) {
  const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, LONGEST)));
  return {
    'monotonic-now': () => performance.now(),
    'system-now': () => Date.now(),
    'sleep-until': async (mark) => {
      for (let left; (left = mark - performance.now()) > 0; ) {
        await sleep(Math.ceil(left));
      }
    },
    'random-u64': () => crypto.getRandomValues(new BigUint64Array(1))[0],
    'random-bytes': (count) => crypto.getRandomValues(new Uint8Array(count)),
    'write-stdout': stdout,
    'write-stderr': stderr,
    'is-terminal': isTerminal,
    args: () => args,
    vars: () => Object.entries(vars),
    exit: (code) => ended(code),
  };
}

/** The functions as the generated code wants them, with those of the caller in front. */
export function imports(functions, others = {}) {
  const own = Object.entries(functions).map(([name, call]) => [name, { default: call }]);
  return { ...Object.fromEntries(own), ...others };
}

/** A stream of bytes as lines: `line` is called with each; `end` has it called with what has no end yet. */
export function lines(line) {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    write(bytes) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = parts.pop();
      parts.forEach(line);
    },
    end() {
      rest += decoder.decode();
      if (rest !== '') {
        line(rest);
      }
      rest = '';
    },
  };
}

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
