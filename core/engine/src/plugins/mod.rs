use jurigged_runtime::*; use crate::pipeline::{diff::Matcher, patch::Work, edit_plan::*};
pub struct Plugins;
impl Plugins { pub fn matchers(&self)->Vec<&dyn Matcher>{vec![]} pub fn crawl(&self,i:&dyn Interpreter,o:Handle)->Vec<Handle>{ if i.kind(o)==ObjectKind::Function {i.attribute(o,"__wrapped__").ok().flatten().into_iter().collect()} else {vec![]}}
 pub fn prepare(&self,_:&dyn Interpreter,_:&Work<'_>,_:usize,_:&UpdateCode,_:&mut Vec<Swap>)->Result<(),Refusal>{Ok(())}
 pub fn settle(&self,_:&dyn Interpreter,_:&Work<'_>,_:usize,_:&UpdateCode)->Vec<Refusal>{vec![]} }
