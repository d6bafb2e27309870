// What a Rust program for the web (wasm32-component-web) asks of its page: clocks, random numbers, two streams of text, and somebody to tell
// that it ends. Each function stands under its name in the program's world; a program imports those that it uses.

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

/** Output of a component, as lines of the console: of standard output by `log`, of standard error by `error`. */
export function consoleStreams({ log = (line) => console.log(line), error = (line) => console.error(line) } = {}) {
  const [out, err] = [lines(log), lines(error)];
  const ends = () => {
    out.end();
    err.end();
  };
  return { stdout: (bytes) => out.write(bytes), stderr: (bytes) => err.write(bytes), ends };
}

/** Functions of the caller as the generated code wants them: an interface is an object, a function stands by itself. */
export function given(others) {
  const wrapped = Object.entries(others).map(([name, it]) => [name, typeof it === 'function' ? { default: it } : it]);
  return Object.fromEntries(wrapped);
}

/** Gives the exports of a component that `generated` makes of its core modules. */
export async function exportsOf(generated, core, others, options) {
  const { ends, ...streams } = consoleStreams(options);
  const ended = (code) => {
    ends();
    throw new Error(`the component ended with exit code ${code}`);
  };
  return await generated(core, { ...imports(host({ ...streams, ...options, ended })), ...given(others) });
}
