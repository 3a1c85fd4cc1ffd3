use std::sync::Arc;
use jurigged_engine::{config::*, session::*};
use jurigged_runtime::LoadSink;
use jurigged_runtime_rustpython::{Embedded, Hooks, Program, RustPythonRuntime};
struct H(Arc<Session>);
impl Hooks for H {
    fn started(&mut self, r: Arc<RustPythonRuntime>) -> Arc<dyn LoadSink> { self.0.start(r).unwrap(); self.0.sink() }
    fn stopping(&mut self) { self.0.stop() }
}
fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let cwd = std::env::current_dir().unwrap();
    let cl = CommandLine { log_level: Some(LogLevel::Debug), ..Default::default() };
    let loaded = load(&Request{config:None, search_from:&cwd, current_folder:&cwd, environment:vec![], command_line: cl}).unwrap();
    let s = Session::new(SessionSettings{settings: loaded.settings, plugin_folders: vec![], dry_run:false, inject_faults:false}).unwrap();
    let script = args.remove(0);
    std::process::exit(Embedded::run(Program::script(script, args), &mut H(s)));
}
