//! The native engine of PR3DICT, bound to Python. No logic here: see `pr3dict.core` for the
//! contract and docs/books.md for the rules.
#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod apply;
pub mod apply_news;
pub mod book;
pub mod books;
pub mod decimal;
pub mod digest;
pub mod entry;
pub mod json;
pub mod judge;
pub mod ladder;
pub mod latency;
pub mod markets;
pub mod measure;
pub mod polymarket;
pub mod proof;
pub mod raw;
pub mod record;
pub mod scan;
pub mod slot;
pub mod tally;
pub mod text;
pub mod told;
pub mod usual;
pub mod witness;

#[cfg(feature = "extension-module")]
mod bind_books;
#[cfg(feature = "extension-module")]
mod bind_events;
#[cfg(feature = "extension-module")]
mod bind_numbers;
#[cfg(feature = "extension-module")]
mod bind_tape;
#[cfg(feature = "extension-module")]
mod bind_view;

#[cfg(feature = "extension-module")]
use pyo3::prelude::*;

/// The extension module.
#[cfg(feature = "extension-module")]
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<bind_books::Books>()?;
    module.add_class::<bind_view::View>()?;
    module.add_class::<bind_tape::RecordBuffer>()?;
    module.add_function(wrap_pyfunction!(bind_tape::read_record, module)?)?;
    module.add_function(wrap_pyfunction!(bind_tape::book_hash, module)?)?;
    Ok(())
}
