//! Layouts carry the name of the package that they were compiled in, and a workspace cannot have two packages of one
//! name: this one is compiled under the name that it had.

fn main() {
    println!("cargo::rustc-env=CARGO_PKG_NAME=jurigged-abi");
}
