"use strict";
// The list of all tests. Texts are only ever set as text, never as markup.
const PAGE = 200;
const data = JSON.parse(document.getElementById("data").textContent);
const [filter, suite, ending, count, rows, more] =
  ["filter", "suite", "ending", "count", "rows", "more"].map((id) => document.getElementById(id));
const WORDS = { "stack-overflowed": "stack overflow", "memory-exhausted": "out of memory", "timed-out": "timed out", "deadlocked": "deadlock", "not-run": "not run", "absent": "left out" };

const tests = data.tests.map(([s, b, name, here, native, last, time, kind]) => {
  const [suite, binary] = [data.suites[s], data.binaries[b]];
  return { suite, binary, name, here: here ?? "passed", native, last, time, kind, text: `${suite} ${binary} ${name}`.toLowerCase() };
});
const wanted = {
  "": () => true,
  "not-passed": (test) => test.here !== "passed",
  "unexpected": (test) => test.kind === 2,
  "known": (test) => test.kind === 1,
  "changed": (test) => test.last !== null && test.last !== test.here,
};
let shown = PAGE;

function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const ends = wanted[ending.value] ?? ((test) => test.here === ending.value);
  const chosen = tests.filter((test) => (!suite.value || test.suite === suite.value) && ends(test) && words.every((word) => test.text.includes(word)));
  count.textContent = `${chosen.length} of ${tests.length}`;
  rows.replaceChildren(...chosen.slice(0, shown).map(row));
  more.hidden = chosen.length <= shown;
}

function row(test) {
  const line = document.createElement("tr");
  line.append(cell(code(test.name)), cell(test.suite === test.binary ? test.suite : `${test.suite} / ${test.binary}`), cell(word(test.here)), cell(word(test.native)), cell(word(test.last)));
  const time = cell(test.time === null ? "–" : test.time < 1000 ? `${test.time.toPrecision(3)} ms` : `${(test.time / 1000).toFixed(1)} s`);
  time.className = "n";
  line.append(time);
  return line;
}

function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function code(text) {
  const made = document.createElement("code");
  made.textContent = text;
  return made;
}

function word(ending) {
  const made = document.createElement("span");
  made.textContent = ending === null ? "–" : WORDS[ending] ?? ending;
  made.className = "word " + (["passed", "ignored", "absent"].includes(ending) ? ending : ending === null ? "absent" : "failed");
  return made;
}

suite.append(...data.suites.map((name) => new Option(name, name)));
const restart = () => { shown = PAGE; show(); };
filter.addEventListener("input", restart);
suite.addEventListener("change", restart);
ending.addEventListener("change", restart);
more.addEventListener("click", () => { shown += PAGE; show(); });
show();
