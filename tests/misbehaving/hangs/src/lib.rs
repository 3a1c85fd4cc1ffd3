//! Never returns from `settle`: spins, or sleeps.

use jurigged_abi::*;

export_plugin!(
    name: "hangs",
    applies: "python",
    options: [("spin", true, "Burn the processor while hanging.")],
    conformers: [Hangs],
);

struct Hangs;

impl Conformer for Hangs {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn settle<'t>(&self, _edit: &Edit<'t>, live: &Live<'t>) -> Result {
        let spin = live.flag("spin")?;
        // A test process should not burn a processor for the rest of its life; an hour is never, to a test.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(if spin { 5 } else { 3600 });
        while std::time::Instant::now() < end {
            if spin {
                std::hint::spin_loop();
            } else {
                std::thread::sleep(std::time::Duration::from_secs(60));
            }
        }
        // It was left behind long ago: this must give `Gone` and not crash.
        live.run("after_the_end()", &[]).map(drop)
    }
}
