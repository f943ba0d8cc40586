//! The table of changes, the paths and the numbers, against the naive model.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "lifecycle/bridge.rs"]
mod bridge;
#[path = "lifecycle/lives.rs"]
mod lives;
mod model;
#[path = "lifecycle/numbers.rs"]
mod numbers;
#[path = "lifecycle/paths.rs"]
mod paths;
#[path = "lifecycle/search.rs"]
mod search;
#[path = "lifecycle/table.rs"]
mod table;
