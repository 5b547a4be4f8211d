// @nevuamarkets/poly-websockets: the market channel, with subscriptions that come and go.
//
// The address is a constant inside the package, so the constructor of its WebSocket is told another.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const { ask, did, end, expect, last, reject, saw, seen, sleep, until } = require("./telling.cjs");

const [text, home] = process.argv.slice(2);
const task = JSON.parse(text);
const away = Module.createRequire(path.join(home, "package.json"));

const inside = Module.createRequire(away.resolve("@nevuamarkets/poly-websockets"));
const place = inside.resolve("ws");
const Socket = require(place);
class Redirected extends Socket {
  constructor() {
    super(task.polymarket_market_ws_url);
  }
}
require.cache[place].exports = Redirected;

const { WSSubscriptionManager } = away("@nevuamarkets/poly-websockets");

const count = async (events) => events.forEach((each) => saw(`${each.event_type} ${each.market}`));
const closed = [];
let derived = 0;
const manager = new WSSubscriptionManager({
  onBook: count,
  onLastTradePrice: count,
  onPriceChange: count,
  onTickSizeChange: count,
  onPolymarketPriceUpdate: async (events) => { derived += events.length; },
  onError: async (error) => reject(error.message),
  onWSClose: async (_, code) => closed.push(code),
});

async function run() {
  const [first, second, third, leaves] = task.markets;
  const heard = (market, kind) => seen[`${kind} ${market.condition}`] || 0;
  await manager.addSubscriptions([...first.tokens, ...second.tokens, ...third.tokens]);
  did("addSubscriptions", 6);
  await until("hear books", () => [first, second, third].every((m) => heard(m, "book") > 1));
  await manager.addSubscriptions(leaves.tokens);
  await until("hear of two more", () => heard(leaves, "price_change"));
  expect("it follows eight", 8, manager.getAssetIds().length);
  await manager.removeSubscriptions(leaves.tokens);
  await sleep(500);
  const before = heard(leaves, "price_change");
  await ask("events");
  for (const kind of ["price_change", "last_trade_price", "tick_size_change"]) {
    await until(`hear ${kind}`, () => [first, second, third].some((m) => heard(m, kind)));
  }
  const enough = heard(second, "price_change") + 20;
  await until("hear twenty changes more", () => heard(second, "price_change") > enough);
  await until("hear a derived price", () => derived);
  expect("nothing of the two that were left", before, heard(leaves, "price_change"));
  await end();
  expect("no connection was lost", [], closed);
  last();
}

run();
