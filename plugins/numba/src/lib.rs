//! numba keeps machine code per signature, and callers have inlined it: compile the function anew, then who calls it.

use jurigged_abi::*;

export_plugin!(
    name: "numba",
    applies: "numba>=0.57",
    tested: "numba 0.57.1 on CPython 3.9, 0.68.1 on 3.12 and 3.13",
    conformers: [Recompile],
);

struct Recompile;

/// What numba's decorators make, by what can be done with it.
const DISPATCHER: &str = "numba.core.dispatcher.Dispatcher";
const DYNAMIC_UFUNC: &str = "numba.np.ufunc.dufunc.DUFunc";
const GENERALIZED_UFUNC: &str = "numba.np.ufunc.gufunc.GUFunc";
const CALLBACK: &str = "numba.core.ccallback.CFunc";

impl Conformer for Recompile {
    fn interest(&self) -> Interest {
        Interest::instance_of(DISPATCHER)
            .or(Interest::instance_of(DYNAMIC_UFUNC))
            .or(Interest::instance_of(GENERALIZED_UFUNC))
            .or(Interest::instance_of(CALLBACK))
            // `fast = njit(slow)`: the edited name is bound to the plain function.
            .anywhere()
            // With `target="parallel"` these make ufuncs of numpy itself.
            .or(Interest::decorated_by("numba.np.ufunc.decorators.vectorize"))
            .or(Interest::decorated_by("numba.np.ufunc.decorators.guvectorize"))
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, _change: &mut Change<'t>) -> Result {
        let (Some(old), Some(new)) = (edit.old_code(), edit.new_code()) else {
            return Ok(());
        };
        let objects = [("made", edit.bound()), ("old", old), ("new", new)];
        match live.text(live.run(KEEPS_PARAMETERS, &objects)?)? {
            Some(reason) => Err(refuse(reason)),
            None => Ok(()),
        }
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        if edit.kind() == EditKind::Deleted {
            return Ok(());
        }
        let mut stale = Vec::new();
        let made = live.callees_first(edit.bound())?;
        if made.is_empty() {
            stale.push("its ufunc is made by numpy and keeps the compiled loops".to_owned());
        }
        let numba = live.module("numba")?;
        // Nothing is compiled from old code once all know that it is: one that fails leaves none of them stale in silence.
        for source in [FORGET, COMPILE] {
            for object in &made {
                let reason = live.run(source, &[("made", *object), ("numba", numba)])?;
                stale.extend(live.text(reason)?);
            }
        }
        match stale.is_empty() {
            true => Ok(()),
            false => Err(refuse(stale.join("; "))),
        }
    }
}

/// Why parameters cannot change: signatures that were declared have a place for each of them.
const KEEPS_PARAMETERS: &str = include_str!("keeps_parameters.py");

/// Gives a dispatcher the new code and header. A signature that did not compile once is never tried again, unless numba
/// forgets that.
const FORGET: &str = include_str!("forget.py");

/// Compiles for the known signatures. Threads that call meanwhile get the old version, whole, until the new one is there.
const COMPILE: &str = include_str!("compile.py");
