//! `cached_property` keeps its value in the instance: forget the value when the property changes.

use jurigged_abi::*;

export_plugin!(
    name: "cached-property",
    applies: "functools",
    tested: "CPython 3.12, RustPython 0.5.0",
    options: [("keep-private", false, "Keep the values of properties whose name starts with `_`.")],
    conformers: [ForgetValues],
);

struct ForgetValues;

impl Conformer for ForgetValues {
    fn interest(&self) -> Interest {
        Interest::instance_of("functools.cached_property")
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        // `shop.Cart.total`: the class, and the property in it.
        let Some((class, name)) = edit.name().rsplit_once('.') else {
            return Ok(());
        };
        if name.starts_with('_') && live.flag("keep-private")? {
            return Ok(());
        }
        for instance in live.instances(class)? {
            live.run(FORGET, &[("instance", instance), ("prop", edit.bound())])?;
        }
        Ok(())
    }
}

const FORGET: &str = "instance.__dict__.pop(prop.attrname, None)";
