// Calls the functions of a library, and has a plugin render into a document: `node functions.mjs FOLDER-OF-THE-LIBRARY FOLDER-OF-THE-PLUGIN`.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [library, page] = process.argv.slice(2);
const of = async (folder) => await import(pathToFileURL(`${folder}/index.js`));

const errors = [];
const functions = await (await of(library)).instantiate({}, { error: (line) => errors.push(line) });
assert.equal(functions.add(4294967295, 2), 1);
assert.equal(functions.less(0n), 18446744073709551615n);
assert.deepEqual([functions.isLetter('é'), functions.isLetter('1')], [true, false]);
assert.throws(() => functions.isLetter('ab'), TypeError);
assert.equal(functions.shout('grün, ß'), 'GRÜN, SS');
assert.equal(functions.shout('x'.repeat(100_000)), 'X'.repeat(100_000));
assert.deepEqual([...functions.twice([1, 2.5])], [2, 5]);
assert.equal(functions.sum(new Uint8Array(1 << 20).fill(3)), 3n << 20n);
assert.throws(() => functions.fails(7), WebAssembly.RuntimeError);
assert.match(errors.join('\n'), /src\/lib.rs:\d+:\d+:?\n?.*index out of bounds: the len is 3 but the index is 7/s);

class Element {
  children = [];
  attributes = {};
  append(child) {
    this.children.push(child);
  }
  insertAdjacentText(place, text) {
    assert.equal(place, 'beforeend');
    this.children.push(text);
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
}
const root = new Element();
const tags = [];
const plugin = await (await of(page)).instantiate({
  'create-element': (tag) => (tags.push(tag), new Element()),
  root: () => root,
});
assert.equal(plugin.render(3), 18);
assert.deepEqual(tags, ['ul', 'li', 'li', 'li']);
const [list] = root.children;
assert.deepEqual(list.children.map((item) => item.children), [['line 1'], ['line 2'], ['line 3']]);
assert.deepEqual(list.children.map((item) => item.attributes.class), [undefined, 'even', undefined]);
plugin.render(10_000);

// Glue of our own, and not the generated one of a hundred times the size.
for (const folder of [library, page]) {
  const { size } = statSync(`${folder}/component.js`);
  assert.ok(size < 4096, `${folder}/component.js has ${size} bytes`);
}
console.log('functions: ok');
