//! The pages of the portal are part of this crate: a new build of them is a new build of it.

fn main() {
    println!("cargo:rerun-if-changed=portal/dist");
}
