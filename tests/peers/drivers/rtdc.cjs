// @polymarket/real-time-data-client: every topic that it knows, those of 2025 included.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const { ask, did, end, expect, last, reject, saw, seen, sleep, until } = require("./telling.cjs");

const [text, home] = process.argv.slice(2);
const task = JSON.parse(text);
const away = Module.createRequire(path.join(home, "package.json"));
const { RealTimeDataClient } = away("@polymarket/real-time-data-client");

// The client reports what it cannot use on the console, where it also says what it does.
console.error = reject;
console.warn = reject;
console.log = (first, ...rest) => first === "unsubscribing" || reject(first, JSON.stringify(rest));

const tokens = task.markets.flatMap((market) => market.tokens);
const wanted = [
  { topic: "activity", type: "*" },
  { topic: "comments", type: "*" },
  { topic: "crypto_prices", type: "*", filters: '{"symbol":"btcusdt"}' },
  { topic: "crypto_prices_chainlink", type: "*", filters: '{"symbol":"btc/usd"}' },
  { topic: "equity_prices", type: "*", filters: '{"symbol":"aapl"}' },
];
const retired = [
  { topic: "clob_market", type: "*", filters: JSON.stringify(tokens) },
  { topic: "clob_market", type: "market_created" },
  { topic: "clob_market", type: "market_resolved" },
  { topic: "clob_user", type: "*", clob_auth: task.key },
  { topic: "rfq", type: "*" },
];
const kinds = [
  "activity/trades", "activity/orders_matched",
  "comments/comment_created", "comments/comment_removed",
  "comments/reaction_created", "comments/reaction_removed",
  "crypto_prices/subscribe btcusdt", "crypto_prices/update",
  // The venue tells what was of Chainlink under the name of Binance's topic.
  "crypto_prices/subscribe btc/usd", "crypto_prices_chainlink/update",
  "equity_prices/subscribe", "equity_prices/update",
  "clob_market/agg_orderbook", "clob_market/price_change", "clob_market/last_trade_price",
  "clob_market/tick_size_change", "clob_market/market_created", "clob_market/market_resolved",
  "rfq/request_created", "rfq/quote_created",
  ...(task.traded ? ["clob_user/order", "clob_user/trade"] : []),
];
const statuses = [];

const client = new RealTimeDataClient({
  host: task.polymarket_rtds_url,
  pingInterval: 1000,
  onConnect: run,
  onStatusChange: (status) => statuses.push(status),
  onMessage: (_, message) => {
    const symbol = message.payload.symbol;
    saw(`${message.topic}/${message.type}${symbol ? ` ${symbol}` : ""}`);
  },
});

async function run() {
  did("connect", 1);
  client.subscribe({ subscriptions: wanted });
  did("subscribe to five topics", wanted.length);
  client.subscribe({ subscriptions: retired });
  did("subscribe to the three retired topics", retired.length);
  await until("hear a book in the old shape", () => seen["clob_market/agg_orderbook"]);
  await ask("listening");
  await ask("events");
  for (const kind of kinds) {
    await until(`hear ${kind}`, () => Object.keys(seen).some((key) => key.startsWith(kind)));
  }
  client.unsubscribe({ subscriptions: [{ topic: "activity", type: "trades" }] });
  await sleep(300);
  const trades = seen["activity/trades"];
  const matched = seen["activity/orders_matched"];
  await until("hear of a match after", () => seen["activity/orders_matched"] > matched);
  expect("but of no trade after unsubscribe", trades, seen["activity/trades"]);
  await end();
  expect("connected once", ["CONNECTING", "CONNECTED"], statuses);
  console.error = () => {};
  client.disconnect();
  last();
}

client.connect();
