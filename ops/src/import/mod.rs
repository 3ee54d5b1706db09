//! The import of files of doses, on the side of the laboratory that signs.

pub mod plan;
