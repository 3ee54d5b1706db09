//! Proof that history means the same tomorrow. The library holds what its tests share; no other crate uses it.

pub mod relay;
pub mod scene;
pub mod world;
