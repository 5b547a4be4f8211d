//! What must hold of the books whatever they were told, and the stories that tell them.
#![deny(missing_docs)]
#![deny(unsafe_code)]

mod law;
mod story;

pub use law::Watched;
pub use story::{START_NS, play};

/// The tokens that the seeds speak of, so that the fuzzer need not guess ids.
pub const TOKENS: [&str; 4] = ["1001", "1002", "2001", "2002"];
/// The link that feeds them.
pub const LINK: u32 = 0;
