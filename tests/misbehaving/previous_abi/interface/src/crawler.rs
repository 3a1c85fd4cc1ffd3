//! Finding what a live object holds where Python's own structure hides it.

use crate::{Interest, Live, Object, Result};

/// Lists what objects of one type hold, each with a slot to write it back; changes nothing.
pub trait Crawler: Send + Sync + 'static {
    /// Which holders to show to [`crawl`](Self::crawl).
    fn interest(&self) -> Interest;

    /// Lists what the holder holds.
    ///
    /// # Errors
    /// What was found before the error is dropped; a [`Bug`](crate::PluginError::Bug) switches the plugin off.
    fn crawl<'t>(&self, holder: Object<'t>, live: &Live<'t>, found: &mut Found<'t>) -> Result;
}

/// The answer of a [`Crawler`].
#[derive(Debug, Default)]
pub struct Found<'t> {
    objects: Vec<FoundObject<'t>>,
}

/// Something that a holder holds.
#[derive(Clone, Debug)]
pub struct FoundObject<'t> {
    /// What is held.
    pub object: Object<'t>,
    /// Where it can be replaced.
    pub slot: Slot<'t>,
}

/// A place that holds an object.
#[derive(Clone, Debug)]
pub enum Slot<'t> {
    /// `container[index]`.
    Index(Object<'t>, usize),
    /// `container[key]`.
    Key(Object<'t>, Object<'t>),
    /// `object.name`.
    Attribute(Object<'t>, String),
    /// It cannot be written: the object is found, but only its inside can be patched.
    ReadOnly,
}

impl<'t> Found<'t> {
    /// `container[index]` is `object`.
    pub fn item(&mut self, container: Object<'t>, index: usize, object: Object<'t>) {
        self.push(object, Slot::Index(container, index));
    }

    /// `container[key]` is `object`.
    pub fn entry(&mut self, container: Object<'t>, key: Object<'t>, object: Object<'t>) {
        self.push(object, Slot::Key(container, key));
    }

    /// `holder.name` is `object`.
    pub fn attribute(&mut self, holder: Object<'t>, name: &str, object: Object<'t>) {
        self.push(object, Slot::Attribute(holder, name.into()));
    }

    /// `object` is held, but the place cannot be written.
    pub fn read_only(&mut self, object: Object<'t>) {
        self.push(object, Slot::ReadOnly);
    }

    /// Everything found.
    pub fn into_vec(self) -> Vec<FoundObject<'t>> {
        self.objects
    }

    fn push(&mut self, object: Object<'t>, slot: Slot<'t>) {
        self.objects.push(FoundObject { object, slot });
    }
}
