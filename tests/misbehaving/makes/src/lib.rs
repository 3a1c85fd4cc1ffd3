//! Makes classes follow whose `__init__` a decorator of the program has generated: `makers.maker` of the scenario
//! `classes/homemade_class_maker`.

use jurigged_abi::*;

export_plugin!(
    name: "makes",
    applies: "makers",
    tested: "the tests",
    conformers: [Made],
);

const MAKER: &str = "makers.maker";
/// What the decorator writes, besides what the text of the class binds.
const GENERATED: [&str; 2] = ["__init__", "__maker_fields__"];

struct Made;

impl Conformer for Made {
    fn interest(&self) -> Interest {
        Interest::class_with("__maker_fields__").or(Interest::decorated_by(MAKER))
    }

    fn claim<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result<Option<Claim>> {
        let told = edit.class().ok_or(PluginError::Gone)?;
        let is_one = live.own(edit.function(), "__maker_fields__")?.is_some();
        if told.names.iter().any(|name| name.name == "frozen") {
            return Err(refuse("nothing frozen is made\ncall it otherwise"));
        }
        let claim = match (is_one, told.is_decorated_by(MAKER)) {
            (true, true) => Claim::of_body(),
            (true, false) if told.inherited => Claim::of_body(),
            (true, false) => Claim::of_body().ends(),
            (false, true) => Claim::of_body().begins(),
            (false, false) => return Ok(None),
        };
        Ok(Some(claim.with_decorator(MAKER).with_generated(GENERATED)))
    }

    fn remake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let (class, told) = (edit.function(), edit.class().ok_or(PluginError::Gone)?);
        let body = match edit.made() {
            Some(body) => body,
            // Nothing of its own text changed.
            None => live.run(OWN, &[("c", class)])?,
        };
        let double = live.run(DOUBLE, &[("c", class), ("body", body)])?;
        let maker = match edit.decorator() {
            Some(maker) => maker,
            None => live.run("sys.modules['makers'].maker", &[("sys", live.module("sys")?)])?,
        };
        let made = live.call(maker, &[double])?;
        for name in GENERATED.into_iter().chain(told.changed()) {
            change.adopt(class, made, name);
        }
        let fields = live.get(made, "__maker_fields__")?.ok_or(PluginError::Gone)?;
        let mut lacking = 0;
        for instance in live.instances_of(class)? {
            let dict = live.get(instance, "__dict__")?.ok_or(PluginError::Gone)?;
            for (name, default) in live.named_entries(fields)? {
                if live.own(dict, &name)?.is_some() {
                    continue;
                }
                if live.get(default, "is_missing")?.is_none() {
                    change.set_entry(dict, &name, None, Some(default));
                } else {
                    lacking += 1;
                }
            }
        }
        if lacking > 0 {
            let what = format!("{lacking} instances of `{}` lack a field", edit.name());
            change.note(what, "it has no default", "make them anew");
        }
        Ok(())
    }

    fn unmake<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        for name in GENERATED {
            if let Some(value) = live.own(edit.function(), name)? {
                change.del_attr(edit.function(), name, value);
            }
        }
        Ok(())
    }
}

const OWN: &str = "\
result = {name: value for name, value in vars(c).items() if name not in ('__dict__', '__weakref__')}
result['__annotations__'] = c.__annotations__
";

/// A class with that body, which nothing but the decorator sees.
const DOUBLE: &str = "\
bases = tuple(type('base', (), {'__maker_fields__': base.__maker_fields__})
              for base in c.__mro__[1:] if '__maker_fields__' in vars(base))
result = type(c.__name__, bases, dict(body, __qualname__=c.__qualname__))
";
