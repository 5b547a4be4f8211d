//! Numbers from Python that have bounds by the contract: what lies beyond is a `ValueError`.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

/// More links than any process opens.
const LINKS_MAX: u32 = 65_536;

/// The number of a link.
#[derive(Clone, Copy)]
pub struct Link(pub u32);

impl Link {
    /// A number from elsewhere than Python.
    pub fn new(link: u32) -> PyResult<Self> {
        if link < LINKS_MAX { Ok(Self(link)) } else { Err(Self::beyond(&link)) }
    }

    #[cold]
    fn beyond(found: &dyn std::fmt::Display) -> PyErr {
        PyValueError::new_err(format!("wanted a link from 0 to {}, found {found}", LINKS_MAX - 1))
    }
}

impl FromPyObject<'_, '_> for Link {
    type Error = PyErr;

    #[inline(always)]
    fn extract(number: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let link = bounded(&number)?.and_then(|link| u32::try_from(link).ok());
        link.filter(|&link| link < LINKS_MAX).map(Self).ok_or_else(|| Self::beyond(&*number))
    }
}

/// A budget, a size or a distance of prices in millionths.
#[derive(Clone, Copy)]
pub struct Micros(pub u64);

impl FromPyObject<'_, '_> for Micros {
    type Error = PyErr;

    fn extract(number: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match bounded(&number)? {
            Some(micros @ 0..) => Ok(Self(micros as u64)),
            _ => Err(PyValueError::new_err(format!(
                "wanted a number of micros from 0 to 2**63 - 1, found {}",
                &*number
            ))),
        }
    }
}

/// An integer, if it has at most 64 bits.
#[inline(always)]
fn bounded(number: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    match number.extract() {
        Ok(number) => Ok(Some(number)),
        Err(error) if error.is_instance_of::<PyOverflowError>(number.py()) => Ok(None),
        Err(error) => Err(error),
    }
}
