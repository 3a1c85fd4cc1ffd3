//! The Python files of the package `jurigged` are compiled into this crate, where cargo does not see them.

fn main() {
    println!("cargo:rerun-if-changed=../python/jurigged");
}
