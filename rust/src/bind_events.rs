//! Events for Python: the classes of `pr3dict.model.events`, built positionally.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::told::Told;

/// The classes and the enumerations that events are built of.
pub struct Events {
    classes: Vec<Py<PyAny>>,
    states: Vec<Py<PyAny>>,
    causes: Vec<Py<PyAny>>,
    sources: Vec<Py<PyAny>>,
    unknown_token: Py<PyAny>,
}

impl Events {
    /// Look them up once.
    pub fn load(py: Python<'_>) -> PyResult<Self> {
        let states = py.import("pr3dict.model.states")?;
        let members = |name: &str| -> PyResult<Vec<Py<PyAny>>> {
            states.getattr(name)?.try_iter()?.map(|member| Ok(member?.unbind())).collect()
        };
        let classes = py.import("pr3dict.model.events")?.getattr("CORE_EVENTS")?.extract()?;
        let errors = py.import("pr3dict.model.errors")?;
        Ok(Self {
            classes,
            states: members("BookState")?,
            causes: members("Cause")?,
            sources: members("Source")?,
            unknown_token: errors.getattr("UnknownTokenError")?.unbind(),
        })
    }

    /// The error for a token that is not tracked.
    pub fn unknown_token(&self, py: Python<'_>, token: &str) -> PyErr {
        let sentence =
            format!("wanted the digest of a tracked token, found {token:?}: track it first");
        match self.unknown_token.bind(py).call1((sentence,)) {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }

    /// One event as its Python value.
    pub fn build(&self, py: Python<'_>, told: Told) -> PyResult<Py<PyAny>> {
        let state = |at: u8| self.states[usize::from(at)].clone_ref(py);
        let cause = |at: u8| self.causes[usize::from(at)].clone_ref(py);
        let tuple = |texts: Vec<String>| PyTuple::new(py, texts);
        let make = |at: usize, args: Bound<'_, PyTuple>| {
            Ok(self.classes[at].bind(py).call1(args)?.unbind())
        };
        match told {
            Told::Trade { token, market, price, size, buy, venue_ns, local_ns, transaction } => {
                let side = if buy { "BUY" } else { "SELL" };
                make(
                    0,
                    (token, market, price, size, side, venue_ns, local_ns, transaction)
                        .into_pyobject(py)?,
                )
            }
            Told::TickSizeChanged { token, market, old, new, venue_ns, local_ns } => {
                make(1, (token, market, old, new, venue_ns, local_ns).into_pyobject(py)?)
            }
            Told::BestQuoted { token, market, bid, ask, venue_ns, local_ns } => {
                make(2, (token, market, bid, ask, venue_ns, local_ns).into_pyobject(py)?)
            }
            Told::MarketCreated {
                market,
                question,
                slug,
                tokens,
                outcomes,
                venue_ns,
                local_ns,
            } => {
                let (tokens, outcomes) = (tuple(tokens)?, tuple(outcomes)?);
                make(
                    3,
                    (market, question, slug, tokens, outcomes, venue_ns, local_ns)
                        .into_pyobject(py)?,
                )
            }
            Told::MarketResolved {
                market,
                tokens,
                winning_token,
                winning_outcome,
                venue_ns,
                local_ns,
            } => {
                let tokens = tuple(tokens)?;
                make(
                    4,
                    (market, tokens, winning_token, winning_outcome, venue_ns, local_ns)
                        .into_pyobject(py)?,
                )
            }
            Told::StateChanged { token, was, now, cause: why, local_ns } => {
                make(5, (token, state(was), state(now), cause(why), local_ns).into_pyobject(py)?)
            }
            Told::ProofFailed { token, cause: why, expected, found, venue_ns, local_ns } => {
                make(6, (token, cause(why), expected, found, venue_ns, local_ns).into_pyobject(py)?)
            }
            Told::FeedOpened { link, epoch, local_ns } => {
                make(7, (link, epoch, local_ns).into_pyobject(py)?)
            }
            Told::FeedLost { link, epoch, cause: why, tokens, local_ns, since_ns } => {
                let told = (link, epoch, cause(why), tuple(tokens)?, local_ns, since_ns);
                make(8, told.into_pyobject(py)?)
            }
            Told::BookReset { token, source, gap_from_ns, gap_to_ns, changed } => {
                let source = self.sources[usize::from(source)].clone_ref(py);
                make(9, (token, source, gap_from_ns, gap_to_ns, changed).into_pyobject(py)?)
            }
            Told::FrameRejected { link, reason, detail, excerpt, local_ns } => {
                make(10, (link, reason, detail, excerpt, local_ns).into_pyobject(py)?)
            }
            Told::ControlReceived { link, text, local_ns } => {
                make(11, (link, text, local_ns).into_pyobject(py)?)
            }
        }
    }
}
