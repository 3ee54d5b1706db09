//! Text messages: how this process speaks to the gateways of the carriers' resellers, one file for each.
//!
//! A gateway takes a message, refuses it for good, wants it later, or leaves it unknown whether it saw it; nothing here
//! decides whom to tell what, keeps a message or tries again. Who calls has written down before that it will send, asks
//! for what became of an unknown message before it sends it again, and takes a delivery report more than once.
//! Telephone numbers stand in no address, error, log line or `Debug` output.

pub mod aliyun;
pub mod outbox;
pub mod receipts;
