//! Built with the interface before this one (`interface/`): it must load and work.

use jurigged_abi::*;

export_plugin!(
    name: "previous-abi",
    applies: "python",
    options: [("loud", true, "Refuse everything.")],
    conformers: [Old],
);

struct Old;

impl Conformer for Old {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, _change: &mut Change<'t>) -> Result {
        let loud = live.flag("loud")?;
        if loud {
            Err(refuse(format!("`{}` as ABI {ABI_VERSION} sees it", edit.name())))
        } else {
            Ok(())
        }
    }
}
