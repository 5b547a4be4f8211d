// What a driver in JavaScript tells the stage: the lines of telling.py.
"use strict";

const readline = require("node:readline");

const QUIET_MS = 400;
const LOOKS_MAX = 25;
const PATIENCE_MS = 20000;

const seen = {};
const rejected = [];
const replies = [];
readline.createInterface({ input: process.stdin })
  .on("line", () => replies.shift()?.())
  .on("close", () => process.exit(0));

const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const did = (what, saw, trouble = "") => tell({ did: what, saw, trouble });
const saw = (key) => { seen[key] = (seen[key] || 0) + 1; };
const reject = (...words) => rejected.push(words.join(" ").slice(0, 300));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const total = () => Object.values(seen).reduce((sum, n) => sum + n, 0);

function expect(what, wanted, found) {
  const [left, right] = [JSON.stringify(wanted), JSON.stringify(found)];
  did(what, 1, left === right ? "" : `wanted ${left}, found ${right}`);
}

function ask(what) {
  tell({ ask: what });
  return new Promise((resolve) => replies.push(resolve));
}

async function until(what, isTrue) {
  for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
    if (isTrue()) return did(what, 1);
    await sleep(20);
  }
  did(what, 0, "waited in vain");
}

async function end() {
  await ask("rest");
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const before = total();
    await sleep(QUIET_MS);
    if (total() === before) break;
  }
}

function last() {
  process.stdout.write(
    JSON.stringify({ seen, answers: {}, rejected, dropped: 0 }) + "\n",
    () => process.exit(0),
  );
}

module.exports = { ask, did, end, expect, last, reject, saw, seen, sleep, until };
