// Runs the program of this folder as a process: `node run.mjs ARGUMENTS`.

import { readFileSync } from 'node:fs';

import { instantiate } from './component.js';
import { main } from './node.mjs';

const file = process.env.COMPONENT_WEB_GIVEN;
const own = { args: ['program', ...process.argv.slice(2)], vars: process.env };
await main(instantiate, new URL('.', import.meta.url), file ? { ...JSON.parse(readFileSync(file, 'utf8')), once: true } : own);
