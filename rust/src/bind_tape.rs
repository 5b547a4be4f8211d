//! Records and the venue's hash for Python.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::digest;
use crate::record::{self, Corrupt};

/// Records on their way to a tape.
#[pyclass(module = "pr3dict.core._native")]
#[derive(Default)]
pub struct RecordBuffer {
    held: Vec<u8>,
}

#[pymethods]
impl RecordBuffer {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn append(&mut self, kind: u8, link: u32, wall_ns: u64, mono_ns: u64, payload: &[u8]) -> usize {
        record::append(&mut self.held, kind, link, wall_ns, mono_ns, payload);
        self.held.len()
    }

    fn take<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let taken = PyBytes::new(py, &self.held);
        self.held.clear();
        taken
    }
}

/// The Python error for a record whose checksum is wrong.
pub fn corrupt(py: Python<'_>, error: Corrupt) -> PyErr {
    let Corrupt { offset, wanted, found } = error;
    let sentence = format!(
        "record at offset {offset}: wanted checksum {wanted:08x}, found {found:08x}; \
         what precedes it is sound"
    );
    let made = py
        .import("pr3dict.model.errors")
        .and_then(|errors| errors.getattr("TapeCorrupt")?.call1((sentence,)));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

type Record<'py> = (u8, u32, u64, u64, Bound<'py, PyBytes>, usize);

/// Read the record at an offset of a block.
#[pyfunction]
pub fn read_record<'py>(
    py: Python<'py>,
    block: &[u8],
    offset: usize,
) -> PyResult<Option<Record<'py>>> {
    let record = record::read(block, offset).map_err(|error| corrupt(py, error))?;
    Ok(record.map(|record| {
        let payload = PyBytes::new(py, record.payload);
        (record.kind, record.link, record.wall_ns, record.mono_ns, payload, record.next)
    }))
}

/// The venue's hash of a book: levels as texts, in the order given.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the preimage has this many members")]
pub fn book_hash(
    market: &str,
    asset_id: &str,
    timestamp: &str,
    bids: Vec<(String, String)>,
    asks: Vec<(String, String)>,
    min_order_size: &str,
    tick_size: &str,
    neg_risk: bool,
    last_trade_price: &str,
) -> String {
    let levels = |levels: &[(String, String)]| {
        let texts = levels
            .iter()
            .map(|(price, size)| format!("{{\"price\":\"{price}\",\"size\":\"{size}\"}}"));
        texts.collect::<Vec<_>>().join(",")
    };
    let text = format!(
        "{{\"market\":\"{market}\",\"asset_id\":\"{asset_id}\",\"timestamp\":\"{timestamp}\",\"hash\":\"\",\
         \"bids\":[{}],\"asks\":[{}],\"min_order_size\":\"{min_order_size}\",\"tick_size\":\"{tick_size}\",\
         \"neg_risk\":{neg_risk},\"last_trade_price\":\"{last_trade_price}\"}}",
        levels(&bids),
        levels(&asks),
    );
    digest::to_hex(&digest::hash(text.as_bytes()))
}
