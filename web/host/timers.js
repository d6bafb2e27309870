// Timers for the generated code, whose scheduler waits by `setTimeout`: browsers make such a wait at least four milliseconds
// long, and Node one. A wait of nothing is a message here.

const later = globalThis.setTimeout;

let soon = globalThis.setImmediate;
if (soon === undefined) {
  const waiting = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => waiting.shift()();
  soon = (call) => {
    waiting.push(call);
    channel.port2.postMessage(null);
  };
}

export function setTimeout(call, milliseconds = 0) {
  return (milliseconds > 0 ? later(call, milliseconds) : soon(call)) ?? call;
}
