// What a program with WASI 0.3 (wasm32-wasip3) finds in a page or a script: its streams, its command line, clocks and random numbers. There are no
// files and no network: no directory is given to the program, so it can open none.

/** The most bytes that come from the program's stream at once. */
const MOST = 65536;

/** Bytes of standard input for the program at once. */
const PART = 65536;

/** The interfaces for one run of a program. `stdin` gives an array of bytes at each call, and `undefined` at the end. */
export function wasi({ args = [], vars = {}, stdin = () => undefined, stdout, stderr, isTerminal = () => false, ended }) {
  const to = (write) => async (stream) => {
    for (;;) {
      const { value, done } = await stream.read({ count: MOST });
      if (value?.length > 0) {
        write(value instanceof Uint8Array ? value : Uint8Array.from(value));
      }
      if (done) {
        return { tag: 'ok', val: undefined };
      }
    }
  };
  const now = () => BigInt(Math.round(performance.now() * 1e6));
  const waitUntil = async (mark) => {
    for (let left; (left = Number(mark - now()) / 1e6) > 0; ) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.ceil(left), 2 ** 31 - 1)));
    }
  };
  const random = (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += PART) {
      crypto.getRandomValues(bytes.subarray(at, at + PART));
    }
    return bytes;
  };
  const word = () => crypto.getRandomValues(new BigUint64Array(1))[0];
  const terminal = (number, Terminal) => () => (isTerminal(number) ? new Terminal() : undefined);
  class TerminalInput {}
  class TerminalOutput {}
  const none = () => {
    throw 'not-permitted';
  };
  class Descriptor {}
  return {
    'wasi:cli/environment': {
      getArguments: () => args,
      getEnvironment: () => Object.entries(vars),
      getInitialCwd: () => undefined,
    },
    'wasi:cli/exit': { exitWithCode: (code) => ends(code, ended), exit: (result) => ends(result.tag === 'ok' ? 0 : 1, ended) },
    'wasi:cli/stdin': {
      readViaStream: () => {
        const bytes = new ReadableStream({
          pull(controller) {
            const part = stdin();
            if (part === undefined || part.length === 0) {
              controller.close();
            } else {
              controller.enqueue(part);
            }
          },
        });
        return [bytes, Promise.resolve({ tag: 'ok', val: undefined })];
      },
    },
    'wasi:cli/stdout': { writeViaStream: to(stdout) },
    'wasi:cli/stderr': { writeViaStream: to(stderr) },
    'wasi:cli/terminal-input': { TerminalInput },
    'wasi:cli/terminal-output': { TerminalOutput },
    'wasi:cli/terminal-stdin': { getTerminalStdin: terminal(0, TerminalInput) },
    'wasi:cli/terminal-stdout': { getTerminalStdout: terminal(1, TerminalOutput) },
    'wasi:cli/terminal-stderr': { getTerminalStderr: terminal(2, TerminalOutput) },
    'wasi:cli/types': {},
    'wasi:clocks/types': {},
    'wasi:clocks/monotonic-clock': {
      now,
      getResolution: () => 1000n,
      waitUntil,
      waitFor: (duration) => waitUntil(now() + duration),
    },
    'wasi:clocks/system-clock': {
      now: () => {
        const milliseconds = Date.now();
        const seconds = Math.floor(milliseconds / 1000);
        return { seconds: BigInt(seconds), nanoseconds: (milliseconds - seconds * 1000) * 1e6 };
      },
      getResolution: () => 1_000_000n,
    },
    'wasi:random/random': { getRandomBytes: (count) => random(Number(count)), getRandomU64: word },
    'wasi:random/insecure': { getInsecureRandomBytes: (count) => random(Number(count)), getInsecureRandomU64: word },
    'wasi:random/insecure-seed': { getInsecureSeed: () => [word(), word()] },
    'wasi:filesystem/preopens': { getDirectories: () => [] },
    'wasi:filesystem/types': { Descriptor },
    'wasi:sockets/types': { TcpSocket: { create: none }, UdpSocket: { create: none } },
    'wasi:sockets/ip-name-lookup': { resolveAddresses: none },
  };
}

/** Tells the exit code; the program goes no further. */
function ends(code, ended) {
  ended(code);
  throw new Error(`the program ended with exit code ${code}`);
}
