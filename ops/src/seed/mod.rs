//! The demonstration: a fictitious city whose history is a function of a seed and an end.
//!
//! [`story`] is a pure generator: it makes every signed unit of several years against the domain's own model in
//! memory and knows the root of the tree that must result. [`load`] sends the units through the one door of the
//! service, with a simulated clock, and compares that root with what the log says.

pub mod auditor;
pub mod chance;
pub mod city;
pub mod devices;
pub mod dosimetry;
pub mod exams;
pub mod files;
pub mod incidents;
pub mod inquiries;
pub mod institutions;
pub mod load;
pub mod model;
pub mod notices;
mod offices;
pub mod papers;
pub mod prior_dose;
mod quality;
pub mod story;
pub mod training;
pub mod transfers;
mod warnings;
pub mod workers;

#[cfg(test)]
mod tests;
