// Runs a program in Node as a process: its streams are the process's, and so is its exit code.

import { readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

import { broken, run } from './program.js';

/** Writes all of it, also where the other end is slow. */
function writer(descriptor) {
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(descriptor, bytes, at);
      } catch (error) {
        if (error.code === 'EPIPE') {
          return;
        }
        if (error.code !== 'EAGAIN') {
          throw error;
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  };
}

/** Standard input, as much as there is at a time; `undefined` at the end. */
function reader(descriptor) {
  const buffer = new Uint8Array(65536);
  return () => {
    try {
      const count = readSync(descriptor, buffer);
      return count === 0 ? undefined : buffer.slice(0, count);
    } catch (error) {
      if (error.code === 'EOF' || error.code === 'EISDIR') {
        return undefined;
      }
      throw error;
    }
  };
}

/**
 * Runs the program whose module gave `instantiate` and whose core modules lie in `folder` (a URL), and ends the process. The folder is
 * removed when it has been read, if it is for `once`.
 */
export async function main(instantiate, folder, { args, vars, others, once = false } = {}) {
  const [stdout, stderr] = [writer(1), writer(2)];
  const trapped = (text) => stderr(new TextEncoder().encode(`error: ${text}\n`));
  // What a thread of the program throws is nobody's to catch. It may be the end that the program has told already.
  const alone = (error) => process.exit(broken(error, trapped));
  process.on('uncaughtException', alone).on('unhandledRejection', alone);
  const core = async (name) => await WebAssembly.compile(readFileSync(new URL(name, folder)));
  const start = async (functions) => {
    const program = await instantiate(core, { ...functions, ...others?.() });
    if (once) {
      rmSync(folder, { recursive: true, force: true });
    }
    return program;
  };
  process.exit(await run(start, { args, vars, stdin: reader(0), stdout, stderr, isTerminal: isatty, trapped }));
}
