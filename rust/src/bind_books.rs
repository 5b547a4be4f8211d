//! `Books` for Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::bind_events::Events;
use crate::bind_tape::corrupt;
use crate::bind_view::View;
use crate::books;
use crate::digest;
use crate::entry::{Ignored, Rejected};
use crate::polymarket::Decoder;
use crate::record;

/// More links than any process opens.
const LINKS_MAX: u32 = 65_536;

/// All books of one process.
#[pyclass(module = "pr3dict.core._native")]
pub struct Books {
    inner: books::Books,
    decoder: Decoder,
    /// The token of each book as a Python string, so that none is made per frame.
    names: Vec<Option<Py<PyString>>>,
    events: Events,
}

impl Books {
    fn name(&mut self, py: Python<'_>, index: u32) -> Py<PyString> {
        let at = index as usize;
        if at >= self.names.len() {
            self.names.resize_with(at + 1, || None);
        }
        let inner = &self.inner;
        self.names[at]
            .get_or_insert_with(|| PyString::new(py, &inner.at(index).token).unbind())
            .clone_ref(py)
    }
}

fn link_of(link: u32) -> PyResult<u32> {
    if link < LINKS_MAX {
        return Ok(link);
    }
    Err(PyValueError::new_err(format!("wanted a link below {LINKS_MAX}, found {link}")))
}

#[pymethods]
impl Books {
    #[new]
    #[pyo3(signature = (*, prove=true, adopt=false))]
    fn new(py: Python<'_>, prove: bool, adopt: bool) -> PyResult<Self> {
        let inner = books::Books::new(prove, adopt);
        Ok(Self {
            inner,
            decoder: Decoder::default(),
            names: Vec::new(),
            events: Events::load(py)?,
        })
    }

    #[getter]
    fn wake_at(&self) -> u64 {
        self.inner.wake_at()
    }

    fn open_link(&mut self, link: u32, now: u64) -> PyResult<()> {
        self.inner.open_link(link_of(link)?, now);
        Ok(())
    }

    fn close_link(&mut self, link: u32, cause: u8, now: u64) -> PyResult<()> {
        self.inner.close_link(link_of(link)?, cause, now);
        Ok(())
    }

    fn track(&mut self, token: &str, link: u32) -> PyResult<()> {
        self.inner.track(token, link_of(link)?);
        Ok(())
    }

    fn untrack(&mut self, token: &str) -> bool {
        let Some(index) = self.inner.untrack(token) else {
            return false;
        };
        if let Some(name) = self.names.get_mut(index as usize) {
            *name = None;
        }
        true
    }

    fn tracked(&mut self, py: Python<'_>) -> Vec<Py<PyString>> {
        self.inner.tracked().into_iter().map(|index| self.name(py, index)).collect()
    }

    fn set_rules(
        &mut self,
        token: &str,
        min_order_size: Option<&str>,
        tick_size: Option<&str>,
        neg_risk: Option<bool>,
    ) {
        self.inner.set_rules(token, min_order_size, tick_size, neg_risk);
    }

    fn suspect(&mut self, token: &str, cause: u8, now: u64) {
        self.inner.suspect(token, cause, now);
    }

    fn feed(&mut self, link: u32, frame: &[u8], local_ns: u64) -> PyResult<u32> {
        Ok(self.inner.feed(&mut self.decoder, link_of(link)?, frame, local_ns))
    }

    fn feed_rest(&mut self, link: u32, answer: &[u8], local_ns: u64) -> PyResult<u32> {
        Ok(self.inner.feed_rest(&mut self.decoder, link_of(link)?, answer, local_ns))
    }

    fn replay(
        slf: &Bound<'_, Self>,
        block: &[u8],
        mut offset: usize,
        until_ns: u64,
        on_frame: Option<Bound<'_, PyAny>>,
    ) -> PyResult<usize> {
        while let Some(record) =
            record::read(block, offset).map_err(|error| corrupt(slf.py(), error))?
        {
            if record.kind != record::KIND_IN || record.wall_ns > until_ns {
                break;
            }
            // Borrowed for one frame only: the callback may read the books.
            let link = link_of(record.link)?;
            let flags = {
                let books = &mut *slf.borrow_mut();
                books.inner.feed(&mut books.decoder, link, record.payload, record.wall_ns)
            };
            offset = record.next;
            if let (Some(on_frame), true) = (&on_frame, flags != 0) {
                on_frame.call1((flags,))?;
            }
        }
        Ok(offset)
    }

    fn wake(&mut self, now: u64) -> u32 {
        self.inner.wake(now)
    }

    fn touched<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let names: Vec<_> = (0..self.inner.touched().len())
            .map(|at| self.name(py, self.inner.touched()[at]))
            .collect();
        PyTuple::new(py, names)
    }

    fn take(&mut self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        let told = std::mem::take(&mut self.inner.told);
        told.into_iter().map(|told| self.events.build(py, told)).collect()
    }

    fn top(&self, token: &str) -> Option<(u64, u64, u64, u64)> {
        let book = self.inner.at(self.inner.find(token.as_bytes())?);
        (book.source != 0).then(|| View::top_of(&book.bids, &book.asks))
    }

    #[pyo3(signature = (token, depth=0))]
    fn view(&mut self, py: Python<'_>, token: &str, depth: usize) -> Option<View> {
        let index = self.inner.find(token.as_bytes())?;
        let name = self.name(py, index);
        Some(View::of(&self.inner, index, name, depth))
    }

    #[pyo3(signature = (token=None))]
    fn digest(&self, py: Python<'_>, token: Option<&str>) -> PyResult<String> {
        let Some(token) = token else {
            return Ok(self.inner.digest());
        };
        match self.inner.find(token.as_bytes()) {
            Some(index) => {
                let book = self.inner.at(index);
                Ok(digest::content(&book.bids, &book.asks))
            }
            None => Err(self.events.unknown_token(py, token)),
        }
    }

    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (tally, counters) = (&self.inner.tally, PyDict::new(py));
        let single = [
            ("bytes.received", tally.bytes),
            ("frames.received", tally.frames),
            ("frames.applied", tally.frames_applied),
            ("entries.received", tally.entries),
            ("entries.applied", tally.entries_applied),
            ("snapshots.ws", tally.snapshots_ws),
            ("snapshots.rest", tally.snapshots_rest),
            ("snapshots.proved", tally.snapshots_proved),
            ("snapshots.diverged", tally.snapshots_diverged),
            ("proofs.proved", tally.proved),
            ("proofs.failed", tally.failed),
            ("proofs.unverified", tally.unverified),
            ("proofs.searched", tally.searched),
            ("best.failed", tally.best_failed),
            ("crossed.failed", tally.crossed_failed),
            ("mirror.compared", tally.mirror_compared),
            ("mirror.failed", tally.mirror_failed),
            ("trades", tally.trades),
            ("latency.clock_insane", self.inner.latency.insane),
        ];
        for (name, count) in single {
            counters.set_item(name, count)?;
        }
        for &(reason, name) in Ignored::ALL {
            counters.set_item(
                format!("frames.ignored.{name}"),
                tally.frames_ignored[reason as usize],
            )?;
            if reason.is_of_entries() {
                let count = tally.entries_ignored[reason as usize];
                counters.set_item(format!("entries.ignored.{name}"), count)?;
            }
        }
        for &(reason, name) in Rejected::ALL {
            counters.set_item(
                format!("frames.rejected.{name}"),
                tally.frames_rejected[reason as usize],
            )?;
        }
        Ok(counters)
    }

    fn latency(&self) -> (Vec<u64>, u64, i128, i64, i64, u64) {
        let latency = &self.inner.latency;
        let buckets = latency.buckets.clone();
        (buckets, latency.count, latency.sum, latency.min, latency.max, latency.negative)
    }

    fn last_data_ns(&self, link: u32) -> u64 {
        self.inner.last_data_ns(link)
    }

    fn set_clock_offset(&mut self, offset_ns: i64) {
        self.inner.latency.offset_ns = offset_ns;
    }
}
