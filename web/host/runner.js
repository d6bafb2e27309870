// Runs the program of this folder in a browser, for somebody at a terminal: what it writes and its exit code are sent to where the page came from.

import { run } from './index.js';

const { args, vars, terminals } = await (await fetch('given.json')).json();

const waiting = [];
let sending = Promise.resolve();

/** Sends in the order of the calls; what is for the same place and has not left yet goes together. */
function send(place, bytes) {
  const last = waiting.at(-1);
  if (last?.place === place) {
    last.parts.push(bytes);
    return;
  }
  waiting.push({ place, parts: [bytes] });
  sending = sending.then(async () => {
    const { place, parts } = waiting.shift();
    await fetch(place, { method: 'POST', body: new Blob(parts) });
  });
}

const code = await run({}, {
  args,
  vars,
  isTerminal: (number) => terminals[number],
  stdout: (bytes) => send('stdout', bytes.slice()),
  stderr: (bytes) => send('stderr', bytes.slice()),
  error: (text) => send('stderr', `error: ${text}\n`),
});
send('end', String(code));
