//! Puts the manifest of a bundled plugin beside its library in the target folder, where `cargo run` and the tests look.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let variable = |name| std::env::var(name).expect("cargo sets it for build scripts");
    let stem = format!("lib{}", variable("CARGO_PKG_NAME").replace('-', "_"));
    let manifest = Path::new(&variable("CARGO_MANIFEST_DIR")).join(format!("{stem}.toml"));
    println!("cargo::rerun-if-changed={}", manifest.display());
    // OUT_DIR is target/PROFILE/build/PACKAGE-HASH/out. Cargo names no better way to the folder of the libraries.
    let out = variable("OUT_DIR");
    let profile = Path::new(&out)
        .ancestors()
        .nth(3)
        .expect("OUT_DIR lies four folders deep");
    let beside = profile.join("deps").join(format!("{stem}.toml"));
    // Written whole, then renamed: a jurigged that is running may read it at this moment.
    let fresh = beside.with_extension("toml.new");
    std::fs::copy(&manifest, &fresh)?;
    std::fs::rename(&fresh, &beside)
}
