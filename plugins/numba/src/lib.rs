//! numba keeps machine code per signature, and callers have inlined it: recompile the function, then who calls it.

use jurigged_abi::*;

export_plugin!(
    name: "numba",
    applies: "numba>=0.57",
    tested: "numba 0.68 on CPython 3.12",
    conformers: [Recompile],
);

struct Recompile;

impl Conformer for Recompile {
    fn interest(&self) -> Interest {
        Interest::instance_of("numba.core.dispatcher.Dispatcher")
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, _change: &mut Change<'t>) -> Result {
        let (Some(old), Some(new)) = (edit.old_code(), edit.new_code()) else {
            return Ok(());
        };
        let same = live.run(SAME_PARAMETERS, &[("old", old), ("new", new)])?;
        if live.integer(same)? == Some(1) {
            return Ok(());
        }
        Err(refuse(
            "a compiled dispatcher keeps its parameters; start again, or reload the module that decorates it",
        ))
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        if edit.kind() == EditKind::Deleted {
            return Ok(());
        }
        // Itself first: a caller that is compiled before it inlines the old version again.
        for jitted in live.callees_first(edit.bound())? {
            live.run(RECOMPILE, &[("d", jitted)])?;
        }
        Ok(())
    }
}

/// A signature that did not compile once is never tried again, unless numba forgets that.
const RECOMPILE: &str = "\
d.func_code = d.py_func.__code__
getattr(getattr(d, '_compiler', None), '_failed_cache', {}).clear()
d.recompile()
";

const SAME_PARAMETERS: &str = "\
def parameters(code):
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    return code.co_argcount, code.co_kwonlyargcount, code.co_flags & 12, code.co_varnames[:count]
result = int(parameters(old) == parameters(new))
";
