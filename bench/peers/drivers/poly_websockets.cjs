// @nevuamarkets/poly-websockets: the books of its cache (it has no public read), and its callbacks.
//
// Speaks as telling.py says. The address is a constant inside the package, so the constructor of
// its WebSocket is told another one.
"use strict";

const crypto = require("node:crypto");
const Module = require("node:module");
const path = require("node:path");
const readline = require("node:readline");

const [text, home] = process.argv.slice(2);
const task = JSON.parse(text);
const away = Module.createRequire(path.join(home, "package.json"));

const insideOfPackage = Module.createRequire(away.resolve("@nevuamarkets/poly-websockets"));
const place = insideOfPackage.resolve("ws");
const Socket = require(place);
class Redirected extends Socket {
  constructor() {
    super(task.ws_url);
  }
}
require.cache[place].exports = Redirected;

const { WSSubscriptionManager } = away("@nevuamarkets/poly-websockets");

const now = () => Number(process.hrtime.bigint());
const tell = (line) => process.stdout.write(JSON.stringify({ at: now(), ...line }) + "\n");
const event = (name) => tell({ kind: "event", name, token: "" });
const micros = (number) => Math.round(parseFloat(number) * 1e6);

const orders = [];
let calls = 0;
readline.createInterface({ input: process.stdin })
  .on("line", (line) => orders.push(line.trim()))
  .on("close", () => process.exit(0));

function called() {
  calls += 1;
  const order = orders.shift();
  if (!order) return;
  const [verb, seconds] = order.split(" ");
  if (verb === "raise") throw new Error("a callback raises, as ordered");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(seconds) * 1000);
}

const manager = new WSSubscriptionManager(
  {
    onBook: async () => called(),
    onPriceChange: async () => called(),
    onError: async (error) => event(`onError: ${error.message}`),
    onWSClose: async (_, code) => event(`onWSClose: ${code}`),
  },
  task.shortened ? { reconnectAndCleanupIntervalMs: 1000 } : {},
);

function digest(sides) {
  const texts = sides.map((side) =>
    side
      .map((level) => [micros(level.price), micros(level.size)])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([price, size]) => `${price}@${size};`)
      .join(""),
  );
  return crypto.createHash("sha1").update(texts.join("|")).digest("hex");
}

function look(token) {
  const entry = manager.bookCache.getBookEntry(token);
  if (!entry) return { top: null, digest: null, good: false, state: "no book" };
  const bids = entry.bids.map((level) => micros(level.price));
  const asks = entry.asks.map((level) => micros(level.price));
  const top = bids.length && asks.length ? [Math.max(...bids), Math.min(...asks)] : null;
  return { top, digest: digest([entry.bids, entry.asks]), good: true, state: "" };
}

const shown = new Map();
let beat = 0;
setInterval(() => {
  for (const token of task.tokens) {
    const seen = look(token);
    const key = JSON.stringify(seen);
    if (shown.get(token) === key) continue;
    shown.set(token, key);
    tell({ kind: "book", token, ...seen });
  }
  if (now() - beat > 250e6) {
    beat = now();
    tell({ kind: "beat", calls });
  }
}, 100);

manager.addSubscriptions(task.tokens);
