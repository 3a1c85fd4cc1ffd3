use crate::pipeline::definitions::*;
use rustc_hash::FxHashMap;
#[derive(Debug, Default)]
pub struct Matching { o: FxHashMap<DefinitionId, DefinitionId>, n: FxHashMap<DefinitionId, DefinitionId> }
pub trait Matcher: Send + Sync {}
impl Matching { pub fn old_of(&self,n:DefinitionId)->Option<DefinitionId>{self.o.get(&n).copied()} pub fn new_of(&self,o:DefinitionId)->Option<DefinitionId>{self.n.get(&o).copied()} }
pub fn match_trees(old:&DefinitionTree,new:&DefinitionTree,_:&[&dyn Matcher])->Matching{
    let mut m = Matching::default();
    let mut stack = vec![(DefinitionId::MODULE, DefinitionId::MODULE)];
    while let Some((a,b)) = stack.pop() {
        m.o.insert(b,a); m.n.insert(a,b);
        let key = |t:&DefinitionTree, id: DefinitionId| { let d=t.get(id); (std::mem::discriminant(&d.kind), d.name.clone(), t.binds(id).into_iter().map(|x|x.into_owned()).collect::<Vec<_>>()) };
        let mut olds: Vec<_> = old.get(a).children.clone();
        for &c in &new.get(b).children {
            let at = olds.iter().position(|o| old.get(*o).fingerprint==new.get(c).fingerprint && old.get(*o).kind==new.get(c).kind)
              .or_else(|| olds.iter().position(|o| key(old,*o)==key(new,c) && !matches!(new.get(c).kind, DefinitionKind::Statement(StatementKind::Expression))));
            if let Some(at)=at { let o=olds.remove(at); stack.push((o,c)); }
        }
    }
    m
}

pub struct PluginMatchers<'a>(std::marker::PhantomData<&'a ()>);
impl<'a> PluginMatchers<'a> { pub fn new(_: &'a mut crate::plugins::Plugins) -> Self { Self(std::marker::PhantomData) } }
impl Matcher for PluginMatchers<'_> {}
