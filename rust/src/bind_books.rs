//! `Books` for Python.
//!
//! Many threads read while one feeds. The lock is held only while Rust works, never while a Python
//! object is made: making one may collect garbage, run anybody's code and switch threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::bind_events::Events;
use crate::bind_numbers::Link;
use crate::bind_tape::corrupt;
use crate::bind_view::View;
use crate::books::{self, BOOKS, CONTROL, EVENTS};
use crate::digest;
use crate::polymarket::Decoder;
use crate::record;

/// What the lock guards.
struct Shelf {
    books: books::Books,
    decoder: Decoder,
    /// The token of each book as a Python string, so that none is made per frame; the very string
    /// that was given to `track`.
    names: Vec<Option<Py<PyString>>>,
    /// The answers of `touched` for two books, each with the second, by the first: the books of a
    /// market change together, so each answer is made once.
    pairs: Vec<Option<(u32, Py<PyTuple>)>>,
}

impl Shelf {
    /// The names of some books; an adopted one has none yet, but its text.
    fn names_of(&self, py: Python<'_>, indices: &[u32]) -> Vec<Name> {
        let name = |&index: &u32| match self.names.get(index as usize) {
            Some(Some(name)) => Name::Made(name.clone_ref(py)),
            _ => Name::New(index, self.books.at(index).token.to_string()),
        };
        indices.iter().map(name).collect()
    }

    /// The answer of `touched`, if it was given before.
    fn known_pair(&self, py: Python<'_>) -> Option<Py<PyTuple>> {
        let &[first, second] = self.books.touched() else { return None };
        let (with, pair) = self.pairs.get(first as usize)?.as_ref()?;
        (*with == second).then(|| pair.clone_ref(py))
    }

    /// Keep an answer, unless the books were given other names while it was made.
    fn keep_pair(&mut self, [first, second]: [u32; 2], pair: &Bound<'_, PyTuple>) {
        let named = |index: u32, at: usize| {
            let name = self.names.get(index as usize).and_then(Option::as_ref);
            name.zip(pair.get_item(at).ok()).is_some_and(|(name, item)| item.is(name))
        };
        if named(first, 0) && named(second, 1) {
            let at = first as usize;
            if at >= self.pairs.len() {
                self.pairs.resize_with(at + 1, || None);
            }
            self.pairs[at].get_or_insert((second, pair.clone().unbind()));
        }
    }

    fn keep_name(&mut self, index: u32, name: Py<PyString>) -> Option<Py<PyString>> {
        let at = index as usize;
        if at >= self.names.len() {
            self.names.resize_with(at + 1, || None);
        }
        self.names[at].replace(name)
    }
}

/// A token on its way to Python.
enum Name {
    Made(Py<PyString>),
    New(u32, String),
}

/// All books of one process.
#[pyclass(frozen, module = "pr3dict.core._native")]
pub struct Books {
    shelf: Mutex<Shelf>,
    events: Events,
}

impl Books {
    #[inline(always)]
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Make the names that are not made yet, outside the lock, and keep them.
    fn made(&self, py: Python<'_>, names: Vec<Name>) -> Vec<Py<PyString>> {
        let made = names.into_iter().map(|name| match name {
            Name::Made(name) => name,
            Name::New(index, token) => {
                let name = PyString::new(py, &token).unbind();
                let mut shelf = self.shelf();
                // Another book may stand there by now.
                let before = (shelf.books.find(token.as_bytes()) == Some(index))
                    .then(|| shelf.keep_name(index, name.clone_ref(py)));
                drop(shelf);
                drop(before);
                name
            }
        });
        made.collect()
    }
}

#[pymethods]
impl Books {
    #[new]
    #[pyo3(signature = (*, prove=true, adopt=false))]
    fn new(py: Python<'_>, prove: bool, adopt: bool) -> PyResult<Self> {
        let books = books::Books::new(prove, adopt);
        let shelf =
            Shelf { books, decoder: Decoder::default(), names: Vec::new(), pairs: Vec::new() };
        Ok(Self { shelf: Mutex::new(shelf), events: Events::load(py)? })
    }

    #[getter]
    fn wake_at(&self) -> u64 {
        self.shelf().books.wake_at()
    }

    fn open_link(&self, link: Link, now: u64) {
        self.shelf().books.open_link(link.0, now);
    }

    fn close_link(&self, link: Link, cause: u8, now: u64) {
        self.shelf().books.close_link(link.0, cause, now);
    }

    fn track(&self, token: Bound<'_, PyString>, link: Link) -> PyResult<()> {
        let text = token.to_str()?.to_owned();
        let mut shelf = self.shelf();
        let index = shelf.books.track(&text, link.0);
        let before = shelf.keep_name(index, token.unbind());
        let pairs = std::mem::take(&mut shelf.pairs);
        drop(shelf);
        drop((before, pairs));
        Ok(())
    }

    fn untrack(&self, token: &str) -> bool {
        let mut shelf = self.shelf();
        let index = shelf.books.untrack(token);
        let name = index.and_then(|index| shelf.names.get_mut(index as usize)?.take());
        let pairs = std::mem::take(&mut shelf.pairs);
        drop(shelf);
        drop((name, pairs));
        index.is_some()
    }

    fn tracked(&self, py: Python<'_>) -> Vec<Py<PyString>> {
        let names = {
            let shelf = self.shelf();
            shelf.names_of(py, &shelf.books.tracked())
        };
        self.made(py, names)
    }

    fn set_rules(
        &self,
        token: &str,
        min_order_size: Option<&str>,
        tick_size: Option<&str>,
        neg_risk: Option<bool>,
    ) {
        self.shelf().books.set_rules(token, min_order_size, tick_size, neg_risk);
    }

    fn suspect(&self, token: &str, cause: u8, now: u64) {
        self.shelf().books.suspect(token, cause, now);
    }

    fn stop_proving(&self) {
        self.shelf().books.stop_proving();
    }

    // A signed time, because Python reads signed integers of this size faster.
    fn feed(&self, link: Link, frame: &[u8], local_ns: i64) -> u32 {
        let Shelf { books, decoder, .. } = &mut *self.shelf();
        books.feed(decoder, link.0, frame, local_ns as u64)
    }

    fn feed_rest(&self, link: Link, answer: &[u8], local_ns: u64) -> u32 {
        let Shelf { books, decoder, .. } = &mut *self.shelf();
        books.feed_rest(decoder, link.0, answer, local_ns)
    }

    fn replay(
        &self,
        py: Python<'_>,
        block: &[u8],
        mut offset: usize,
        until_ns: u64,
        on_frame: Option<Bound<'_, PyAny>>,
    ) -> PyResult<usize> {
        // Made once a block: the arguments of every call there can be.
        let arguments = (0..=BOOKS | EVENTS | CONTROL)
            .map(|flags| PyTuple::new(py, [flags]))
            .collect::<PyResult<Vec<_>>>()?;
        while let Some(record) = record::read(block, offset).map_err(|error| corrupt(py, error))? {
            if record.kind != record::KIND_IN || record.wall_ns > until_ns {
                break;
            }
            let flags = self.feed(Link::new(record.link)?, record.payload, record.wall_ns as i64);
            offset = record.next;
            if let (Some(on_frame), true) = (&on_frame, flags != 0) {
                on_frame.call1(arguments[flags as usize].clone())?;
            }
        }
        Ok(offset)
    }

    fn wake(&self, now: u64) -> u32 {
        self.shelf().books.wake(now)
    }

    fn touched<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let (names, both) = {
            let shelf = self.shelf();
            if let Some(pair) = shelf.known_pair(py) {
                return Ok(pair.into_bound(py));
            }
            let touched = shelf.books.touched();
            (shelf.names_of(py, touched), <[u32; 2]>::try_from(touched))
        };
        let answer = PyTuple::new(py, self.made(py, names))?;
        if let Ok(both) = both {
            self.shelf().keep_pair(both, &answer);
        }
        Ok(answer)
    }

    fn take(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        let told = std::mem::take(&mut self.shelf().books.told);
        told.into_iter().map(|told| self.events.build(py, told)).collect()
    }

    fn top(&self, token: &str) -> Option<(u64, u64, u64, u64)> {
        let books = &self.shelf().books;
        let book = books.at(books.find(token.as_bytes())?);
        (book.source != 0).then(|| View::top_of(&book.bids, &book.asks))
    }

    #[pyo3(signature = (token, depth=0))]
    fn view(&self, py: Python<'_>, token: &str, depth: usize) -> Option<View> {
        let name = {
            let shelf = self.shelf();
            shelf.names_of(py, &[shelf.books.find(token.as_bytes())?])
        };
        let name = self.made(py, name).pop()?;
        let books = &self.shelf().books;
        Some(View::of(books, books.find(token.as_bytes())?, name, depth))
    }

    #[pyo3(signature = (token=None))]
    fn digest(&self, py: Python<'_>, token: Option<&str>) -> PyResult<String> {
        let Some(token) = token else { return Ok(self.shelf().books.digest()) };
        let found = {
            let books = &self.shelf().books;
            books.find(token.as_bytes()).map(|index| {
                let book = books.at(index);
                digest::content(&book.bids, &book.asks)
            })
        };
        found.ok_or_else(|| self.events.unknown_token(py, token))
    }

    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.shelf().books.counters();
        let counters = PyDict::new(py);
        for (name, count) in counts {
            counters.set_item(name, count)?;
        }
        Ok(counters)
    }

    fn latency(&self) -> (Vec<u64>, u64, i128, i64, i64, u64) {
        let latency = &self.shelf().books.latency;
        let buckets = latency.buckets.clone();
        (buckets, latency.count, latency.sum, latency.min, latency.max, latency.negative)
    }

    fn heard(&self, link: Link) -> (u64, u64) {
        self.shelf().books.heard_of(link.0)
    }

    fn last_data_ns(&self, link: Link) -> u64 {
        self.shelf().books.last_data_ns(link.0)
    }

    fn set_clock_offset(&self, offset_ns: i64) {
        self.shelf().books.latency.offset_ns = offset_ns;
    }

    fn reset(&self) {
        let mut shelf = self.shelf();
        let books = shelf.books.reset();
        let kept = (std::mem::take(&mut shelf.names), std::mem::take(&mut shelf.pairs));
        drop(shelf);
        drop((books, kept));
    }
}
