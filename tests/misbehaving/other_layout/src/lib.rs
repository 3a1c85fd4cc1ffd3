//! Says the ABI version of this jurigged, but has another layout: only the layout check can tell.

use abi_stable::StableAbi;
use abi_stable::library::{CheckTypeLayout, LibHeader, RootModule, RootModuleResult};
use abi_stable::prefix_type::WithMetadata;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RString;

#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef, prefix_fields = PluginModulePrefix)))]
#[sabi(missing_field(panic))]
pub struct PluginModule {
    #[sabi(last_prefix_field)]
    pub everything: extern "C" fn(RString) -> RString,
}

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}
    const BASE_NAME: &'static str = "jurigged_plugin";
    const NAME: &'static str = "jurigged plugin";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.2.0");
}

extern "C" fn everything(text: RString) -> RString {
    text
}

const STORED: &WithMetadata<PluginModule> = &WithMetadata::new(PluginModule { everything });

extern "C" fn root() -> RootModuleResult {
    abi_stable::library::__call_root_module_loader(|| PluginModuleRef(STORED.static_as_prefix()))
}

// SAFETY: `root` gives a `PluginModuleRef`, erased by abi_stable's own function.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
pub static ROOT: LibHeader = unsafe { LibHeader::from_constructor::<PluginModuleRef>(root, CheckTypeLayout::Yes) };
