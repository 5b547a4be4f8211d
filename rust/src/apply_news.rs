//! Entries that tell something and leave the content of books alone: trades, ticks, quotes, markets.

use crate::apply::{Arrival, NS_PER_MS};
use crate::book::{Standing, cause, state};
use crate::books::Books;
use crate::digest::Short;
use crate::entry::{Created, Ignored, Quote, Resolved, Tick, Trade};
use crate::slot::Slot;
use crate::told::Told;

impl Books {
    pub(crate) fn apply_trade(
        &mut self,
        trade: &Trade,
        arrival: Arrival<'_>,
    ) -> Result<(), Ignored> {
        let index = self.book_of(trade.token, arrival)?;
        let book = self.at_mut(index);
        book.trades.push(trade.price as u32);
        book.last_price = trade.price;
        self.tally.trades += 1;
        self.told.push(Told::Trade {
            token: arrival.string(trade.token),
            market: arrival.string(trade.market),
            price: trade.price,
            size: trade.size,
            buy: trade.buy,
            venue_ns: trade.ms.saturating_mul(NS_PER_MS),
            local_ns: arrival.now,
            transaction: arrival.string(trade.transaction),
        });
        Ok(())
    }

    pub(crate) fn apply_tick(&mut self, tick: &Tick, arrival: Arrival<'_>) -> Result<(), Ignored> {
        let index = self.book_of(tick.token, arrival)?;
        if tick.old == tick.new {
            return Err(Ignored::NoChange);
        }
        if self.at(index).standing != Standing::Settled {
            self.close_claim(index, arrival.now);
        }
        let book = self.at_mut(index);
        book.known.tick_size =
            Short::number(&tick.text.content(arrival.text)).or(book.known.tick_size);
        if book.state == state::LIVE {
            self.change_state(index, state::SUSPECT, cause::TICK, arrival.now);
        }
        self.told.push(Told::TickSizeChanged {
            token: arrival.string(tick.token),
            market: arrival.string(tick.market),
            old: tick.old,
            new: tick.new,
            venue_ns: tick.ms.saturating_mul(NS_PER_MS),
            local_ns: arrival.now,
        });
        Ok(())
    }

    pub(crate) fn apply_quote(
        &mut self,
        quote: &Quote,
        arrival: Arrival<'_>,
    ) -> Result<(), Ignored> {
        self.book_of(quote.token, arrival)?;
        self.told.push(Told::BestQuoted {
            token: arrival.string(quote.token),
            market: arrival.string(quote.market),
            bid: quote.bid,
            ask: quote.ask,
            venue_ns: quote.ms.saturating_mul(NS_PER_MS),
            local_ns: arrival.now,
        });
        Ok(())
    }

    pub(crate) fn apply_created(
        &mut self,
        created: &Created,
        texts: &[Slot],
        arrival: Arrival<'_>,
    ) -> Result<(), Ignored> {
        self.told.push(Told::MarketCreated {
            market: arrival.string(created.market),
            question: arrival.string(created.question),
            slug: arrival.string(created.slug),
            tokens: strings(created.tokens, texts, arrival),
            outcomes: strings(created.outcomes, texts, arrival),
            venue_ns: created.ms.saturating_mul(NS_PER_MS),
            local_ns: arrival.now,
        });
        Ok(())
    }

    pub(crate) fn apply_resolved(
        &mut self,
        resolved: &Resolved,
        texts: &[Slot],
        arrival: Arrival<'_>,
    ) -> Result<(), Ignored> {
        let tokens = strings(resolved.tokens, texts, arrival);
        self.told.push(Told::MarketResolved {
            market: arrival.string(resolved.market),
            tokens: tokens.clone(),
            winning_token: arrival.string(resolved.winning_token),
            winning_outcome: arrival.string(resolved.winning_outcome),
            venue_ns: resolved.ms.saturating_mul(NS_PER_MS),
            local_ns: arrival.now,
        });
        for token in tokens {
            let Some(index) = self.find(token.as_bytes()) else {
                continue;
            };
            self.at_mut(index).forget_claim();
            self.change_state(index, state::CLOSED, cause::RESOLVED, arrival.now);
        }
        Ok(())
    }
}

fn strings(list: (u32, u32), texts: &[Slot], arrival: Arrival<'_>) -> Vec<String> {
    let range = list.0 as usize..(list.0 + list.1) as usize;
    texts[range].iter().map(|&slot| arrival.string(slot)).collect()
}
